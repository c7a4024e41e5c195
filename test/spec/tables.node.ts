import { readFile } from 'node:fs/promises'
import { expect } from 'aegir/chai'
import * as constants from '../../src/constants.ts'
import * as errors from '../../src/errors.ts'

const { CIPHER_KEY_BYTES, CIPHERS, GROUPS, HEADER_BLOCK_BYTES, HEADER_PADDING_BYTES, KEY_LOG_LABEL, LABEL, MAX_EXPORT_BYTES, RECORD_TYPE, TAG_BYTES } = constants

// section 9 of SPEC.md, row by row, as the code has it
const LIMITS: Record<string, string> = {
  'handshake line, LF included': `${number(constants.MAX_LINE_BYTES)} bytes`,
  'lines of a handshake': '2 each way',
  'groups offered': `1 to ${constants.MAX_GROUPS}`,
  'ciphers offered': `1 to ${constants.MAX_CIPHERS}`,
  'name of a group or cipher': '1 to 32 characters',
  token: `${constants.TOKEN_BYTES} bytes`,
  'nesting of JSON that a sender may use': '16 levels',
  'padding of a header': `multiple of ${HEADER_PADDING_BYTES} bytes; ${HEADER_BLOCK_BYTES} recommended`,
  'header JSON': `10,240 bytes, when padded to ${HEADER_BLOCK_BYTES}`,
  reason: `${constants.MAX_REASON_CHARACTERS} characters`,
  'RSA modulus': `${constants.RSA_MIN_BITS} to ${constants.RSA_MAX_BITS} bits`,
  'RSA exponent': `3 to 2^${Math.log2(constants.RSA_MAX_EXPONENT + 1)} - 1, odd`,
  'record plaintext': `${number(constants.MAX_RECORD_PLAINTEXT_BYTES)} bytes`,
  'records under one key': `2^${Math.log2(constants.REKEY_AFTER_RECORDS)}`,
  'bytes under one key': `2^${Math.log2(constants.REKEY_AFTER_RECORDS * constants.MAX_RECORD_PLAINTEXT_BYTES)}`,
  'exported value': `1 to ${MAX_EXPORT_BYTES} bytes`
}

describe('tables of the specification', () => {
  let spec: string

  before(async () => {
    spec = await read('SPEC.md')
  })

  /** The rows of the tables in a section, up to the next heading, without their head. */
  function rowsOf (heading: string): string[][] {
    const [, rest = ''] = spec.split(`\n${heading}\n`)
    const lines = rest.split(/\n#{2,3} /)[0].split('\n').filter(line => line.startsWith('|'))
    const rows = lines.map(line => line.split('|').slice(1, -1).map(cell => cell.trim().replaceAll('`', '')))

    return rows.filter((row, i) => !isRule(row) && !isRule(rows[i + 1] ?? ['']))
  }

  it('should have the labels of the key schedule, and no others', () => {
    const labels = Object.values(LABEL).flatMap(label => typeof label === 'string' ? [label] : Object.values(label))

    expect(rowsOf('### 5.1 Notation and infos').map(([label]) => label)).to.have.members(labels)
  })

  it('should have the labels of the key log, and no others', () => {
    const labels = Object.values(KEY_LOG_LABEL).flatMap(label => Object.values(label))

    expect(rowsOf('### 5.7 Key log').map(([label]) => label)).to.have.members(labels)
  })

  it('should have the groups and ciphers, the strongest first, with their sizes', () => {
    const rows = rowsOf('### 3.3 Election')

    expect(rows.find(([list]) => list === 'groups')?.[1]).to.equal(GROUPS.join(', '))
    expect(rows.find(([list]) => list === 'ciphers')?.[1]).to.equal(CIPHERS.join(', '))

    for (const cipher of CIPHERS) {
      expect(rows.find(([name, key]) => name === cipher && key !== '')?.slice(1, 4)).to.deep.equal([`${CIPHER_KEY_BYTES[cipher]} bytes`, String(constants.NONCE_BYTES), String(TAG_BYTES)])
    }
  })

  it('should have the sizes of shares', () => {
    const shares = rowsOf('### 3.2 Hello').filter(([group]) => GROUPS.some(name => name === group))

    expect(shares.map(([group,, bytes]) => [group, Number(bytes)])).to.deep.equal([
      ['x25519mlkem768', constants.MLKEM768_KEY_BYTES + constants.X25519_KEY_BYTES],
      ['x25519', constants.X25519_KEY_BYTES]
    ])
  })

  it('should have the record types', () => {
    const rows = rowsOf('### 6.3 Types')

    expect(Object.fromEntries(rows.map(([type, name]) => [name, Number(type)]))).to.deep.equal(RECORD_TYPE)
    expect(rows.map(([,,, length]) => length)).to.deep.equal([
      `${TAG_BYTES} to ${number(constants.MAX_RECORD_PLAINTEXT_BYTES + TAG_BYTES)}`,
      String(TAG_BYTES),
      `${TAG_BYTES} to ${number(constants.MAX_REASON_BYTES + TAG_BYTES)}`
    ])
  })

  it('should have every code that an error can carry, with its class', async () => {
    const source = await read('src/errors.ts')
    const [union] = source.match(/type SecurePeerErrorCode =[^\n]*(\n {2}\|[^\n]*)+/) ?? []
    const codes = Array.from(union?.matchAll(/'(ERR_\w+)'/g) ?? [], ([, code]) => code)
    const rows = rowsOf('## 8 Aborts')

    // libp2p's own
    expect(rows.map(([code]) => code)).to.have.members([...codes, 'ERR_UNEXPECTED_PEER'])

    for (const [code, text] of rows.filter(([code]) => code !== 'ERR_UNEXPECTED_PEER')) {
      const [name] = text.split(',')
      const [body] = source.match(new RegExp(`class ${name} extends[^]*?\n}\n`)) ?? []

      expect(name in errors, code).to.equal(true)
      expect(body, code).to.include(`'${code}'`)
      expect(text.includes('with reason'), code).to.equal(body?.includes('readonly reason') === true)
    }
  })

  it('should have the limits', () => {
    expect(Object.fromEntries(rowsOf('## 9 Limits'))).to.deep.equal(LIMITS)
    expect('a'.repeat(32)).to.match(constants.NAME_PATTERN)
    expect('a'.repeat(33)).to.not.match(constants.NAME_PATTERN)
  })

  it('should say what this implementation chose for itself', () => {
    const text = spec.replace(/\s+/g, ' ')

    expect(text).to.include(`a handshake takes ${constants.DEFAULT_HANDSHAKE_TIMEOUT / 1000} seconds at most; a closing side waits ${constants.CLOSE_TIMEOUT / 1000} second for the other's \`end\`; ${constants.SEND_BUFFER_BYTES / 1024} KiB wait to be sealed before a writer is asked to wait.`)
  })
})

function isRule (row: string[]): boolean {
  return row.every(cell => /^-+$/.test(cell))
}

function number (value: number): string {
  return value.toLocaleString('en')
}

async function read (file: string): Promise<string> {
  return readFile(new URL(`../../${file}`, import.meta.url), 'utf8')
}
