/** A part of an export, element by element: plain records fast, all else by the reference. */
import { parseElement } from "./element.ts"
import { type Extent, elementAt, nextTopLevel, opaqueAt } from "./extent.ts"
import { numberOf, shortNumber } from "./number.ts"
import { type PointBuilder, addPointsOf } from "./points.ts"
import { NONE, type RowBuilder } from "./rows.ts"
import { type Form, Metadata, RECORD, WORKOUT, deviceOf, sampleOf } from "./sample.ts"
import { CREATED, DEVICE, END, RecordTag, SOURCE, START, TYPE, UNIT, VALUE, VERSION } from "./tag.ts"
import { attributeText, fromBytes } from "./text.ts"
import { TIME_LENGTH, instantOf, offsetAt, wallAt } from "./time.ts"
import { makeZones } from "./zone.ts"

/** What can't be read, with its bytes as latin1 text. */
export interface Refused {
  readonly code: string
  readonly reason: string
  /** In the file, in bytes. */
  readonly position: number
  readonly raw: string
}

export interface Scanned {
  readonly refused: ReadonlyArray<Refused>
  /** How many other elements there were, by name. */
  readonly passed: ReadonlyMap<string, number>
  /** Was the end of the root seen? */
  readonly closed: boolean
  /** What stands behind the last whole element. */
  readonly rest: { readonly position: number; readonly raw: string } | null
}

/** Which elements become rows. */
export type Wanted = "samples" | "workouts"

/** A reject keeps no more of its bytes. */
const MOST_RAW = 1 << 16

const RECORD_TAG = "<Record"
const RECORD_END = "</Record>"
const ENTRY = /[ \t\n\r]*<MetadataEntry[ \t\n\r]+key="([^"<]*)"[ \t\n\r]+value="([^"<]*)"[ \t\n\r]*\/>/y
const ROOT = /<HealthData(?=[\s/>])/

interface Told {
  readonly code: number
  readonly zone: string | null
}

const MOST_TOLD = 1 << 14

/** Reads parts of exports one after the other. What it has learnt of one serves the next. */
export class Scanner {
  readonly #form: Form
  readonly #rows: RowBuilder
  readonly #points: PointBuilder
  readonly #tag = new RecordTag()
  readonly #zones = makeZones()
  /** By the bytes that they are written with. */
  readonly #kinds = new Map<string, number>()
  readonly #metadata = new Map<string, Told>()
  #lastKind = NONE

  #text = ""
  #offset = 0
  #closed = false
  #refused: Array<Refused> = []
  #passed = new Map<string, number>()

  constructor(wanted: Wanted, rows: RowBuilder, points: PointBuilder) {
    this.#form = wanted === "samples" ? RECORD : WORKOUT
    this.#rows = rows
    this.#points = points
  }

  /** Reads bytes, as latin1 text, that begin at `offset` of their file: at its root or before, or at an element below. */
  scan(text: string, offset: number): Scanned {
    this.#text = text
    this.#offset = offset
    this.#closed = false
    this.#refused = []
    this.#passed = new Map()
    let rest: number | null = null
    let at = offset === 0 ? this.#begin() : 0
    while (at < text.length) {
      const open = text.indexOf("<", at)
      const end = open < 0 ? text.length : open
      if (!this.#isBlank(at, end)) this.#refuse("xml-broken", STRAY, at, end)
      if (open < 0) break
      const next = this.#markup(open)
      if (next < 0) {
        rest = open
        break
      }
      at = next
    }
    return {
      refused: this.#refused,
      passed: this.#passed,
      closed: this.#closed,
      rest: rest === null ? null : { position: offset + rest, raw: text.slice(rest, rest + MOST_RAW) }
    }
  }

  /** Where the root begins: before it there may be a DTD, which some iOS versions write broken. */
  #begin(): number {
    const root = this.#text.search(ROOT)
    if (root >= 0) return root
    const next = nextTopLevel(this.#text, 0)
    this.#refuse("xml-broken", "It is damaged: its root, HealthData, does not begin.", 0, next)
    return next
  }

  #isBlank(from: number, to: number): boolean {
    for (let at = from; at < to; at++) if (this.#text.charCodeAt(at) > 32) return false
    return true
  }

  /** Gives where to go on; -1: the text ends within it. */
  #markup(open: number): number {
    const text = this.#text
    if (text.startsWith(RECORD_TAG, open)) {
      const end = this.#form === RECORD ? this.#plainRecord(open) : this.#passRecord(open)
      if (end >= 0) return end
    }
    const opaque = opaqueAt(text, open)
    if (opaque?.kind === "whole") {
      if (text.startsWith("<![", open)) this.#refuse("xml-broken", STRAY, open, opaque.end)
      return opaque.end
    }
    if (opaque?.kind === "cut") return this.#unclosed(open)
    // The root and Correlations are open to their children: a Correlation is no sample, what is in it is.
    FLAT.lastIndex = open
    const flat = FLAT.exec(text)
    if (flat !== null) {
      const [tag, end, start] = flat
      if (end === "HealthData") this.#closed = true
      if (start === "Correlation") this.#pass(start)
      return open + tag.length
    }
    return this.#element(open, elementAt(text, open))
  }

  /** A comment that never ends hides nothing that can be told from it. */
  #unclosed(open: number): number {
    const next = nextTopLevel(this.#text, open + 1)
    if (next === this.#text.length) return -1
    this.#refuse("xml-broken", "A comment or the like has no end.", open, next)
    return next
  }

  #element(open: number, extent: Extent): number {
    const text = this.#text
    if (extent.kind === "cut") return this.#unclosedElement(open)
    if (extent.kind === "malformed") {
      const next = nextTopLevel(text, Math.max(extent.end, open + 1))
      this.#refuse("xml-broken", "It is damaged: a tag has no end, or ends what it did not begin.", open, next)
      return next
    }
    const name = /[^\s<>/]+/.exec(text.slice(open, open + 100))?.[0] ?? ""
    if (name === this.#form.element) this.#read(open, extent.end)
    else this.#pass(name)
    return extent.end
  }

  #unclosedElement(open: number): number {
    const next = nextTopLevel(this.#text, open + 1)
    if (next === this.#text.length) return -1
    this.#refuse("xml-broken", "It is damaged: it has no end.", open, next)
    return next
  }

  /** An element by the reference. */
  #read(from: number, to: number): void {
    const element = parseElement(fromBytes(this.#text.slice(from, to)))
    if ("broken" in element) return this.#refuse("xml-broken", `It is damaged: ${element.broken}.`, from, to)
    const sample = sampleOf(element, this.#form, this.#zones)
    if ("code" in sample) return this.#refuse(sample.code, sample.reason, from, to)
    const kind = this.#rows.addSample(sample)
    if (this.#form === WORKOUT) {
      for (const reason of addPointsOf(element, kind, sample.start, this.#points))
        this.#refuse("point-incomplete", reason, from, to)
    }
  }

  /** Gives its end; -1: it isn't plain. */
  #plainRecord(open: number): number {
    const text = this.#text
    const tag = this.#tag
    const next = text.indexOf("<", open + 1)
    if (!tag.read(text, open + RECORD_TAG.length, next < 0 ? text.length : next)) return -1
    const kind = tag.likeLast ? this.#lastKind : this.#kind()
    this.#lastKind = kind
    if (kind === NONE) return -1
    const start = this.#instant(START)
    const end = this.#instant(END)
    const created = this.#instant(CREATED)
    if (start === MISSING || start === WRONG || end === WRONG || created === WRONG) return -1
    let after = tag.end
    let metadata: Told | null = null
    if (!tag.selfClosing) {
      after = this.#recordEnd(tag.end)
      if (after < 0) return -1
      metadata = this.#told(tag.end, after - RECORD_END.length)
      if (metadata === null) return -1
    }
    const offset = offsetAt(text, (tag.from[START] ?? 0) + TIME_LENGTH - OFFSET_LENGTH)
    const zone = metadata?.zone ?? null
    const ahead = zone === null ? offset : (this.#zones.offsetMinutes(zone, start) ?? offset)
    const valueFrom = tag.from[VALUE] ?? 0
    const valueTo = tag.to[VALUE] ?? -1
    let value = valueTo < 0 ? Number.NaN : shortNumber(text, valueFrom, valueTo)
    let word = NONE
    if (Number.isNaN(value) && valueTo >= 0) {
      const given = attributeText(text.slice(valueFrom, valueTo))
      value = numberOf(given)
      if (Number.isNaN(value)) word = this.#rows.word(given)
    }
    this.#rows.add(
      kind,
      start,
      end === MISSING ? Number.NaN : end,
      created === MISSING ? Number.NaN : created,
      ahead,
      value,
      word,
      metadata?.code ?? NONE
    )
    return after
  }

  #passRecord(open: number): number {
    const next = this.#text.indexOf("<", open + 1)
    if (next < 0) return -1
    const end = this.#text.lastIndexOf(">", next) + 1
    if (end <= open) return -1
    const after = this.#text.charCodeAt(end - 2) === SLASH ? end : this.#recordEnd(end)
    if (after >= 0) this.#pass("Record")
    return after
  }

  /** Behind the end tag of a record whose children are entries of metadata; -1: there is something else. */
  #recordEnd(from: number): number {
    const text = this.#text
    for (let at = text.indexOf("<", from); at >= 0; at = text.indexOf("<", at + 1)) {
      if (text.startsWith(RECORD_END, at)) return at + RECORD_END.length
      if (!text.startsWith("<MetadataEntry ", at)) return -1
    }
    return -1
  }

  #instant(slot: number): number {
    const from = this.#tag.from[slot] ?? 0
    const to = this.#tag.to[slot] ?? -1
    if (to < 0) return MISSING
    if (to - from !== TIME_LENGTH) return WRONG
    const offset = offsetAt(this.#text, to - OFFSET_LENGTH)
    const instant = instantOf(wallAt(this.#text, from), offset)
    return Number.isNaN(instant) ? WRONG : instant
  }

  #given(slot: number): string | null {
    const to = this.#tag.to[slot] ?? -1
    return to < 0 ? null : attributeText(this.#text.slice(this.#tag.from[slot], to))
  }

  #kind(): number {
    const { from, kindFrom, kindTo, to, together } = this.#tag
    const key = together
      ? this.#text.slice(kindFrom, kindTo)
      : [TYPE, SOURCE, VERSION, DEVICE, UNIT]
          .map((slot) => `${to[slot]}${this.#text.slice(from[slot], to[slot])}`)
          .join()
    const known = this.#kinds.get(key)
    if (known !== undefined) return known
    const type = this.#given(TYPE)
    if (type === null || type === "") return NONE
    const code = this.#rows.kind({
      type,
      unit: this.#given(UNIT),
      source: this.#given(SOURCE),
      version: this.#given(VERSION),
      device: deviceOf(this.#given(DEVICE))
    })
    if (together) keep(this.#kinds, key, code)
    return code
  }

  /** Entries of metadata; null: there is something else. */
  #told(from: number, to: number): Told | null {
    const raw = this.#text.slice(from, to)
    const known = this.#metadata.get(raw)
    if (known !== undefined) return known
    const metadata = new Metadata()
    let at = 0
    for (ENTRY.lastIndex = 0; ; at = ENTRY.lastIndex) {
      const entry = ENTRY.exec(raw)
      if (entry === null) break
      metadata.add(attributeText(entry[1] ?? ""), attributeText(entry[2] ?? ""))
    }
    if (raw.slice(at).trim() !== "") return null
    const { metadata: json, zone } = metadata.finish()
    const told = { code: json === null ? NONE : this.#rows.word(json), zone }
    keep(this.#metadata, raw, told)
    return told
  }

  #pass(name: string): void {
    this.#passed.set(name, (this.#passed.get(name) ?? 0) + 1)
  }

  #refuse(code: string, reason: string, from: number, to: number): void {
    const raw = this.#text.slice(from, Math.min(to, from + MOST_RAW))
    this.#refused.push({ code, reason, position: this.#offset + from, raw })
  }
}

const STRAY = "There is text where none belongs."
const MISSING = -Infinity
const WRONG = Infinity
const OFFSET_LENGTH = " +0100".length
const SLASH = "/".charCodeAt(0)
const FLAT = /<(?:\/(HealthData|Correlation)|(HealthData|Correlation)(?=[\s/>])(?:[^<>"']|"[^"<]*"|'[^'<]*')*)\s*>/y

/** A copy of the key: a slice would keep the whole text that it was cut from. */
const keep = <A>(map: Map<string, A>, key: string, value: A): void => {
  if (map.size >= MOST_TOLD) map.clear()
  map.set(Buffer.from(key, "latin1").toString("latin1"), value)
}
