/** Traps of content: what files and sidecars say, don't say, or say wrongly, and files that are no pictures at all. */
import { type Look, nextLook, renamed, selfDated, sidecarOf, stamp } from "./look.ts"
import { type Sidecar, fileName, sidecarBytes } from "./sidecar.ts"
import { type OtherFile, type Piece, type Trap, hidingTrap, piece, trap } from "./trap.ts"

/** The sidecar with changes; the picture stays as it is. */
const saying = (look: Look, changes: Partial<Sidecar>): Look => ({
  ...look,
  sidecar: look.sidecar === null ? null : { ...look.sidecar, ...changes }
})

const placed = (look: Look, position: NonNullable<Look["exif"]>["position"]): Look => ({
  ...look,
  exif: look.exif === null ? null : { ...look.exif, position }
})

const beside = (look: Look, other: OtherFile): Piece => ({ looks: [look], others: [other] })

const CORRUPT_YEAR = String(Date.UTC(171_546, 5, 1) / 1000)

/** AppleDouble: magic number, version, filler, no entries. */
const APPLE_DOUBLE = Buffer.concat([
  Buffer.from([0, 5, 0x16, 7, 0, 2, 0, 0]),
  Buffer.from("Mac OS X        ", "latin1"),
  Buffer.alloc(2)
])

const numberedImage = ({ shot }: Look) =>
  `image${String(shot.day).padStart(4, "0")}${String(shot.index).padStart(2, "0")}`

/** A GIF and a JPEG that share a stem. */
const gifAndJpeg = (plain: Look): readonly [Look, Look] => {
  const name = { stem: numberedImage(plain), number: null, extension: ".gif" }
  const gif: Look = { ...renamed(plain, name, "legacy"), format: "gif", exif: null }
  return [gif, renamed(selfDated(nextLook(plain, 9)), { ...name, extension: ".jpg" }, "legacy")]
}

const namedAs = (plain: Look, prefix: string, extension: string): Look =>
  renamed(plain, { stem: `${prefix}_${stamp(plain.shot)}`, number: null, extension }, "supplemental")

export const contentTraps: ReadonlyArray<Trap> = [
  trap("jpeg-named-heic", (plain) => piece(namedAs(plain, "IMG", ".HEIC"))),
  trap("png-named-jpg", (plain) => piece({ ...namedAs(plain, "Screenshot", ".jpg"), format: "png", exif: null })),
  trap("png", (plain) => piece({ ...namedAs(plain, "Screenshot", ".png"), format: "png", exif: null })),
  trap("gif-and-jpeg", (plain) => piece(...gifAndJpeg(plain))),
  // The JPEG has no sidecar, and must not take the GIF's.
  trap("gif-sidecar-only", (plain) => {
    const [gif, jpeg] = gifAndJpeg(plain)
    return piece(gif, { ...jpeg, sidecar: null })
  }),
  trap("no-sidecar", (plain) => piece({ ...selfDated(plain), sidecar: null })),
  hidingTrap("nothing-known", (plain) => piece({ ...namedAs(plain, "scan", ".jpg"), exif: null, sidecar: null })),
  trap("orphan-sidecar", (plain) => {
    const name = { stem: `deleted_${stamp(plain.shot)}`, number: null, extension: ".jpg" }
    const sidecar = sidecarOf(plain.shot, name, "supplemental")
    return beside(plain, {
      name: sidecar.file,
      bytes: sidecarBytes(sidecar),
      fate: "orphan-sidecar",
      why: "picture-missing"
    })
  }),
  trap("zero-time", (plain) => piece(saying(selfDated(plain), { timestamp: "0" }))),
  trap("corrupt-time", (plain) => piece(saying(selfDated(plain), { timestamp: CORRUPT_YEAR }))),
  trap("no-exif-time", (plain) =>
    piece({ ...plain, exif: plain.exif === null ? null : { ...plain.exif, localTime: null, offset: null } })
  ),
  hidingTrap("zero-place", (plain) => piece(saying(placed(plain, null), { place: null, cameraPlace: null }))),
  trap("place-by-hand", (plain) =>
    piece(saying(placed(plain, null), { place: plain.shot.position, cameraPlace: null }))
  ),
  trap("place-of-camera", (plain) => {
    const { position } = plain.shot
    return piece(saying(placed(plain, position), { place: null, cameraPlace: position }))
  }),
  // The person has moved the picture to where it was; the camera was some sixty metres off.
  trap("place-corrected", (plain) => {
    const { position } = plain.shot
    const off = { ...position, latitude: Number((position.latitude + 0.00055).toFixed(7)) }
    return piece(saying(placed(plain, off), { place: position, cameraPlace: off }))
  }),
  trap("no-title", (plain) => piece(saying(plain, { title: "" }))),
  trap("title-with-marks", (plain) => {
    const look = namedAs(plain, "Anna _ Tom_ day 1_2", ".jpg")
    return piece(saying(look, { title: `Anna & Tom: day 1/2 ${stamp(plain.shot)}.jpg` }))
  }),
  trap("from-partner", (plain) => piece(saying(plain, { origin: { fromPartnerSharing: {} } }))),
  trap("broken-sidecar", (plain) => piece(saying(selfDated(plain), { broken: true }))),
  trap("mac-file", (plain) =>
    beside(plain, { name: `._${fileName(plain.name)}`, bytes: APPLE_DOUBLE, fate: "ignored", why: "mac-metadata" })
  ),
  trap("empty-file", (plain) =>
    beside(plain, { name: `lost_${stamp(plain.shot)}.jpg`, bytes: Buffer.alloc(0), fate: "reject", why: "media-empty" })
  ),
  // The same bytes, uploaded again from another device.
  trap("uploaded-again", (plain) => {
    const name = { stem: `received_${stamp(plain.shot)}`, number: null, extension: ".jpeg" }
    return piece(plain, renamed(plain, name, "supplemental", { origin: { webUpload: {} } }))
  }),
  // The same picture, its metadata written anew by another program.
  trap("metadata-rewritten", (plain) => {
    const dated = selfDated(plain)
    const copy = namedAs(dated, "export", ".jpg")
    const exif = copy.exif === null ? null : { ...copy.exif, software: "Darkroom 5.2" }
    return piece(dated, { ...copy, exif })
  }),
  trap("video", (plain) => piece({ ...namedAs(plain, "VID", ".mp4"), format: "video", exif: null })),
  hidingTrap("messenger", (plain) => {
    const { day, index } = plain.shot
    const date = stamp(plain.shot).slice(0, 8)
    const stem = `IMG-${date}-WA${String(index + (day % 9) * 100).padStart(4, "0")}`
    return piece({
      ...renamed(plain, { stem, number: null, extension: ".jpg" }, "legacy", { place: null, cameraPlace: null }),
      exif: null
    })
  })
]
