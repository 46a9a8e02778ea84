/** Samples as Apple Health keeps them. */
import type { EpochMillis } from "../../component/column.ts"

export interface HealthSource {
  readonly name: string
  readonly version: string | null
  /** What the device is, without the memory address that exports put before it. */
  readonly device: string | null
}

export const WATCH: HealthSource = {
  name: "Ana’s\u00a0Apple\u00a0Watch",
  version: "9.3.1",
  device: "name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,7, software:9.3.1"
}

export const PHONE: HealthSource = {
  name: "Ana’s iPhone",
  version: "16.3.1",
  device: "name:iPhone, manufacturer:Apple Inc., model:iPhone, hardware:iPhone14,5, software:16.3.1"
}

export const SCALE: HealthSource = { name: "Health Mate", version: "5060101", device: null }
export const CUFF: HealthSource = {
  name: "OMRON connect",
  version: null,
  device: "name:BLESmart_0000, manufacturer:OMRON <HEALTHCARE>, model:HEM-7322T"
}
export const SLEEP_APP: HealthSource = { name: "Sleep & Dreams", version: "4.2", device: null }

export interface HealthRecord {
  /** With its prefix: `HKQuantityTypeIdentifierStepCount`. */
  readonly type: string
  readonly source: HealthSource
  readonly unit: string | null
  readonly value: string | null
  readonly start: EpochMillis
  readonly end: EpochMillis
  readonly metadata: ReadonlyArray<readonly [key: string, value: string]>
  /** Exports leave it out for some records of a type. */
  readonly withDevice: boolean
  /** Written twice, as after a backup that was restored. */
  readonly repeated: boolean
}

export const quantity = (name: string) => `HKQuantityTypeIdentifier${name}`
export const category = (name: string) => `HKCategoryTypeIdentifier${name}`
