import { equals } from '../../src/encoding/bytes.ts'
import { SecurePeerError } from '../../src/errors.ts'
import type { SecurePeerErrorCode } from '../../src/errors.ts'

// what would act on a terminal or forge a line of a log
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/u // eslint-disable-line no-control-regex
const LINE_BREAK = /\n/

/** What a target found: never thrown by the code under test. */
export class Finding extends Error {
  static name = 'Finding'

  constructor (what: string, options?: ErrorOptions) {
    super(what, options)
    this.name = 'Finding'
  }
}

export function check (holds: boolean, what: string): void {
  if (!holds) {
    throw new Finding(what)
  }
}

export function checkBytes (actual: Uint8Array, expected: Uint8Array, what: string): void {
  check(equals(actual, expected), what)
}

/** What `parse` gives, or `undefined` where it refuses its input in the way that it may. */
export function typed<T> (codes: readonly SecurePeerErrorCode[], parse: () => T): T | undefined {
  try {
    return parse()
  } catch (err) {
    checkError(err, codes)
  }
}

/** A typed error, one of those that may be, which a log can show as it is. */
export function checkError (err: unknown, codes: readonly SecurePeerErrorCode[]): void {
  if (err instanceof Finding || !(err instanceof SecurePeerError)) {
    throw err instanceof Finding ? err : new Finding(`not a typed error - ${err}`, { cause: err })
  }

  check(codes.includes(err.code), `${err.code} instead of ${codes.join(', ')}`)
  checkPrintable(err)
}

function checkPrintable (err: Error): void {
  check(!CONTROL.test(err.message) && (!(err instanceof SecurePeerError) || !LINE_BREAK.test(err.message)), `a message that is not printable: ${JSON.stringify(err.message)}`)

  if (err.cause instanceof Error) {
    checkPrintable(err.cause)
  }
}
