import type { MediaFacts } from "../../../src/component/media.ts"

/** A JPEG of which nothing more is known. */
export const plainFacts: MediaFacts = {
  mimeType: "image/jpeg",
  kind: "photo",
  bytes: 1000,
  contentHash: "a".repeat(64),
  pictureHash: "b".repeat(64),
  width: 400,
  height: 300,
  orientation: 1,
  takenLocal: null,
  takenAt: null,
  offsetMinutes: null,
  latitude: null,
  longitude: null,
  altitude: null,
  cameraMake: null,
  cameraModel: null,
  livePhotoId: null,
  title: null,
  description: null,
  people: [],
  warning: null
}
