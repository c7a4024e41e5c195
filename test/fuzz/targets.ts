/** How a target is run. */
export interface Target {
  readonly name: string

  /** The longest input: what is longer only takes longer. */
  readonly maxBytes: number

  /** Whether it returns a promise. */
  readonly isAsync: boolean
}

/** All targets, each a module of `targets/` that exports `fuzz`. */
export const TARGETS: readonly Target[] = [
  { name: 'hello', maxBytes: 4_096, isAsync: false },
  { name: 'line2', maxBytes: 6_144, isAsync: false },
  { name: 'header', maxBytes: 2_048, isAsync: true },
  { name: 'line-reader', maxBytes: 512, isAsync: true },
  { name: 'records', maxBytes: 1_024, isAsync: false },
  { name: 'identity', maxBytes: 1_024, isAsync: false },
  { name: 'signature', maxBytes: 80, isAsync: false },
  { name: 'key-file', maxBytes: 2_048, isAsync: false },
  { name: 'known-peers', maxBytes: 1_024, isAsync: false },
  { name: 'classic-header', maxBytes: 2_048, isAsync: false },
  { name: 'classic-frames', maxBytes: 512, isAsync: false }
]

/** Under test with bytes of any kind: throws when something does not hold. */
export type Fuzz = (data: Uint8Array) => void | Promise<void>
