/** What a request belongs to: each area has its own quotas, and faults can be kept to some of them. */
export type Area =
  | "sign-in"
  | "calendar"
  | "picker"
  | "picker-bytes"
  | "library"
  | "library-bytes"
  | "geocoding"
  | "places"
  | "graph"
  | "spotify"
  /** Pages that a person looks at: no quotas, no faults. */
  | "page"
