/**
 * What Jazzer.js' instrumentation calls, where the native part of Jazzer.js that
 * answers these calls cannot be loaded: counters of the code that was run, and
 * the texts and numbers that inputs were compared with.
 */

import { register } from 'node:module'

/** Values that a comparison wanted and did not get are worth trying. */
const MAX_WANTED = 256
const MAX_WANTED_BYTES = 64

/** Counts are alike when they fall into one of these classes, as for libFuzzer. */
const CLASS_OF = Uint8Array.from({ length: 256 }, (_, count) => count < 4 ? count : 3 + Math.floor(Math.log2(count)))

const counters: Uint8Array[] = []

/** What comparisons wanted, oldest first. */
export const wanted: Uint8Array[] = []

/** Which class of counts of which counter was seen, over all runs. */
const seen = new Set<number>()

/** Instruments modules of the build's `src` that are imported from now on. */
export function instrument (): void {
  Object.assign(globalThis, {
    Fuzzer: { coverageTracker: { createModuleCounters }, tracer: { traceStrCmp, traceNumberCmp, traceAndReturn } },
    __jazzer_registerSourceMap: () => {}
  })

  register(import.meta.resolve('@jazzer.js/instrumentor/dist/esm-loader.mjs'), { data: { includes: ['dist/src'], excludes: ['node_modules'], coverage: false } })
}

/** Forgets what was run. */
export function clear (): void {
  for (const module of counters) {
    module.fill(0)
  }
}

/**
 * @param what - counts of any class, or only code that never was run
 * @returns how much was run that never was before
 */
export function news (what: 'counts' | 'edges' = 'counts'): number {
  const before = seen.size
  let base = 0

  for (const module of counters) {
    for (let i = 0; i < module.byteLength; i++) {
      if (module[i] > 0) {
        seen.add((base + i) * 16 + (what === 'counts' ? CLASS_OF[module[i]] : 0))
      }
    }

    base += module.byteLength
  }

  return seen.size - before
}

/** Counters that were above 0 at some time. */
export function edges (): number {
  return new Set([...seen].map(feature => feature >> 4)).size
}

function createModuleCounters (length: number): Uint8Array {
  const module = new Uint8Array(length)
  counters.push(module)

  return module
}

function traceStrCmp (a: unknown, b: unknown, operator: string): boolean {
  const isEqual = operator.length === 3 ? a === b : a == b // eslint-disable-line eqeqeq

  if (!isEqual) {
    want(a)
    want(b)
  }

  return operator.startsWith('!') ? !isEqual : isEqual
}

function traceNumberCmp (a: number, b: number, operator: string): boolean {
  switch (operator) {
    case '==': return a == b // eslint-disable-line eqeqeq
    case '===': return a === b
    case '!=': return a != b // eslint-disable-line eqeqeq
    case '!==': return a !== b
    case '>': return a > b
    case '>=': return a >= b
    case '<': return a < b
    default: return a <= b
  }
}

function traceAndReturn (current: unknown, target: unknown): unknown {
  if (current !== target) {
    want(target)
  }

  return target
}

function want (value: unknown): void {
  if (typeof value !== 'string' || value === '') {
    return
  }

  const bytes = new TextEncoder().encode(value).subarray(0, MAX_WANTED_BYTES)

  if (!wanted.some(known => Buffer.compare(known, bytes) === 0)) {
    wanted.push(bytes)
    wanted.splice(0, wanted.length - MAX_WANTED)
  }
}
