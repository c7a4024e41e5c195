import { readFile } from 'node:fs/promises'
import { expect } from 'aegir/chai'
import { readResults } from '../../benchmarks/report/results.ts'
import * as constants from '../../src/constants.ts'
import * as errors from '../../src/errors.ts'
import { SecurePeerMetrics } from '../../src/libp2p/metrics.ts'
import { blockOf, figures } from './figures.ts'
import type { Metrics } from '@libp2p/interface'

describe('documents', () => {
  it('should list every error code with its class, cause and cure', async () => {
    const source = await read('src/errors.ts')
    const [union] = source.match(/type SecurePeerErrorCode =[^\n]*(\n {2}\|[^\n]*)+/) ?? []
    const codes = [...union?.matchAll(/'(ERR_\w+)'/g) ?? []].map(([, code]) => code)
    expect(codes.length).to.be.above(20)

    const rows = tableRows(await read('docs/errors.md')).filter(([code]) => code.startsWith('`ERR_'))
    const documented = rows.map(([code]) => unquote(code)).filter(code => code !== 'ERR_UNEXPECTED_PEER')

    expect(documented).to.have.members(codes)

    for (const [code, name, cause, cure] of rows) {
      expect(cause, code).to.not.be.empty()
      expect(cure, code).to.not.be.empty()
      expect(unquote(code) === 'ERR_UNEXPECTED_PEER' || unquote(name) in errors, code).to.be.true()
    }
  })

  it('should list every error class with the codes it carries', async () => {
    const rows = tableRows(await read('docs/errors.md')).filter(([code]) => code.startsWith('`ERR_'))
    const source = await read('src/errors.ts')

    for (const [code, name] of rows.filter(([code]) => unquote(code) !== 'ERR_UNEXPECTED_PEER')) {
      const [body] = source.match(new RegExp(`class ${unquote(name)} extends[^]*?\n}\n`)) ?? []

      expect(body, code).to.include(`'${unquote(code)}'`)
    }
  })

  it('should list every metric with its label and type', async () => {
    const registered: string[][] = []
    const register = (type: string) => (name: string, { label = '' }: { label?: string } = {}): { increment (): void } => {
      registered.push([`\`${name}\``, type, label === '' ? '' : `\`${label}\``])

      return { increment: () => {} }
    }

    const metrics = new Proxy({}, {
      get: (_, method) => register(String(method).replace('register', '').replace('Group', '').toLowerCase())
    })

    expect(new SecurePeerMetrics(metrics as Metrics)).to.be.ok()
    expect(registered).to.not.be.empty()

    const rows = tableRows(await read('docs/operations.md')).filter(([name]) => name.startsWith('`libp2p_'))
    expect(rows.map(row => row.slice(0, 3))).to.have.deep.members(registered)
  })

  it('should state the limits that the code has', async () => {
    const rows = tableRows(await read('SECURITY.md')).filter(row => row.length === 3 && unquote(row[2]) in constants)
    expect(rows.length).to.be.above(8)

    for (const [what, limit, name] of rows) {
      const value = constants[unquote(name) as keyof typeof constants]
      const [number] = limit.replaceAll(',', '').match(/^\d+/) ?? []

      expect(Number(number), what).to.equal(value)
    }
  })

  it('should state the timeouts that libp2p and this package have', async () => {
    const source = await read('node_modules/libp2p/src/connection-manager/constants.defaults.ts')
    const defaults = Object.fromEntries(Array.from(source.matchAll(/^export const (\w+) = ([\d_]+)$/gm), ([, name, value]) => [name, Number(value.replaceAll('_', ''))]))
    const operations = await read('docs/operations.md')
    const rows = tableRows(operations).filter(([,, option]) => option?.includes('Timeout'))

    expect(Object.fromEntries(rows.map(([, seconds, option]) => [option.match(/\w+Timeout/)?.[0], seconds]))).to.deep.equal({
      handshakeTimeout: `${constants.DEFAULT_HANDSHAKE_TIMEOUT / 1000} s`,
      addressDialTimeout: `${defaults.ADDRESS_DIAL_TIMEOUT / 1000} s`,
      dialTimeout: `${defaults.DIAL_TIMEOUT / 1000} s`,
      inboundUpgradeTimeout: `${defaults.INBOUND_UPGRADE_TIMEOUT / 1000} s`
    })

    expect(defaults).to.include({ MAX_INCOMING_PENDING_CONNECTIONS: 10, INBOUND_CONNECTION_THRESHOLD: 5 })
    expect(operations).to.match(/ten inbound connections at a time.*maxIncomingPendingConnections.*five new ones a second.*inboundConnectionThreshold/)
  })

  it('should show the figures that were measured, and no others', async () => {
    const results = await readResults(new URL('../../benchmarks/results.json', import.meta.url))

    expect(loose(blockOf(await read('README.md')))).to.equal(loose(figures(results)))
  })
})

/** Without what the documentation builder changes in Markdown. */
function loose (markdown: string): string {
  return markdown.replace(/-{3,}/g, '---').replace(/[ \n\\]+/g, ' ').trim()
}

/** The cells of all tables' rows. */
function tableRows (markdown: string): string[][] {
  const rows = markdown.split('\n').filter(line => line.startsWith('|'))

  return rows.map(row => row.split('|').slice(1, -1).map(cell => cell.trim()))
}

function unquote (code: string): string {
  return code.replaceAll('`', '')
}

async function read (file: string): Promise<string> {
  return readFile(new URL(`../../${file}`, import.meta.url), 'utf8')
}
