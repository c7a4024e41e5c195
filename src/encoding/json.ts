import { decodeBase64 } from './base64.ts'
import { printableReason } from './reason.ts'

// a BOM is kept, which makes JSON.parse refuse it
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/

/**
 * Reads the members of a JSON object (SPEC 3.1) and fails on wrong types, sizes
 * and encodings. Names like `__proto__` are members like any other and never
 * reach a prototype.
 */
export class JsonObject {
  readonly #members: Record<string, unknown>
  readonly #fail: (what: string) => Error

  /**
   * @param members - a parsed JSON value that has to be an object
   * @param fail - makes the error to throw from what is wrong
   */
  constructor (members: unknown, fail: (what: string) => Error) {
    if (typeof members !== 'object' || members === null || Array.isArray(members)) {
      throw fail('not a JSON object')
    }

    this.#members = members as Record<string, unknown>

    // names of members are the other side's, and errors end up in logs
    this.#fail = what => fail(printableReason(what))
  }

  /** Parses a JSON text: strict UTF-8, no BOM, no lone surrogates, an object at the top. */
  static parse (text: string | Uint8Array, fail: (what: string) => Error): JsonObject {
    return new JsonObject(parse(text, fail), fail)
  }

  get names (): string[] {
    return Object.keys(this.#members)
  }

  has (name: string): boolean {
    return Object.hasOwn(this.#members, name)
  }

  value (name: string): unknown {
    return this.has(name) ? this.#members[name] : undefined
  }

  string (name: string): string {
    const value = this.value(name)

    if (typeof value !== 'string') {
      throw this.#fail(`${name} is not a string`)
    }

    return value
  }

  /**
   * @param name - of the member
   * @param length - the exact number of bytes, any if absent
   */
  bytes (name: string, length?: number): Uint8Array {
    const bytes = decodeBase64(this.string(name))

    if (bytes == null) {
      throw this.#fail(`${name} is not base64`)
    }

    if (length != null && bytes.byteLength !== length) {
      throw this.#fail(`${name} is not ${length} bytes`)
    }

    return bytes
  }

  object (name: string): JsonObject {
    return new JsonObject(this.value(name), what => this.#fail(`${name} is ${what}`))
  }

  list (name: string, most: number): unknown[] {
    const value = this.value(name)

    if (!Array.isArray(value) || value.length < 1 || value.length > most) {
      throw this.#fail(`${name} is not a list of 1 to ${most}`)
    }

    return value
  }

  objects (name: string, most: number): JsonObject[] {
    return this.list(name, most).map(entry => new JsonObject(entry, what => this.#fail(`an entry of ${name} is ${what}`)))
  }

  strings (name: string, most: number): string[] {
    const strings = this.list(name, most).filter(entry => typeof entry === 'string')

    if (strings.length !== this.list(name, most).length || new Set(strings).size !== strings.length) {
      throw this.#fail(`${name} has an entry that is not a string, or one twice`)
    }

    return strings
  }
}

function parse (text: string | Uint8Array, fail: (what: string) => Error): unknown {
  try {
    const json = typeof text === 'string' ? text : decoder.decode(text)
    const value: unknown = JSON.parse(json)

    // UTF-8 has no surrogates, but JSON's escapes can spell lone ones
    if (SURROGATE_ESCAPE.test(json)) {
      JSON.parse(json, requireWellFormed)
    }

    return value
  } catch {
    // without its cause, which quotes the text as it is
    throw fail('not JSON in UTF-8')
  }
}

function requireWellFormed (name: string, value: unknown): unknown {
  if (!name.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) {
    throw new TypeError('lone surrogate')
  }

  return value
}
