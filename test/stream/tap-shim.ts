import { AssertionError } from 'node:assert'

/** What the tests of secure-peer 0.2 use of tap 0.3. */
export interface Tap {
  plan (assertions: number): void
  equal (actual: unknown, expected: unknown): void
  ok (value: unknown, message?: string): void
  fail (message?: string): void
}

/** Milliseconds after the last planned assertion in which one more fails the test. */
const QUIET_TIME = 250

/** Milliseconds for all planned assertions. */
const TIMEOUT = 5_000

/**
 * A test as tap runs it: it passes when exactly as many assertions were made as
 * were planned and every one of them holds.
 */
export async function runTapTest (body: (t: Tap) => void): Promise<void> {
  const done = Promise.withResolvers<void>()
  let planned: number | undefined
  let made = 0

  const timer = setTimeout(() => {
    done.reject(new AssertionError({ message: `${made} of ${planned} planned assertions after ${TIMEOUT} ms` }))
  }, TIMEOUT)

  const assert = (holds: boolean, message: string): void => {
    made++

    if (!holds) {
      done.reject(new AssertionError({ message }))
    } else if (made === planned) {
      setTimeout(() => { done.resolve() }, QUIET_TIME)
    } else if (made > (planned ?? Infinity)) {
      done.reject(new AssertionError({ message: `assertion ${made} of ${planned} planned: ${message}` }))
    }
  }

  try {
    body({
      plan: assertions => { planned = assertions },
      equal: (actual, expected) => { assert(actual === expected, `${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`) },
      ok: (value, message) => { assert(Boolean(value), message ?? 'not ok') },
      fail: message => { assert(false, message ?? 'failed') }
    })

    if (planned == null) {
      throw new AssertionError({ message: 'nothing was planned' })
    }

    await done.promise
  } finally {
    clearTimeout(timer)
  }
}
