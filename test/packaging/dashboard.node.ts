import { readFile } from 'node:fs/promises'
import { parser } from '@prometheus-io/lezer-promql'
import { expect } from 'aegir/chai'
import { SecurePeerMetrics } from '../../src/libp2p/metrics.ts'
import { FakeMetrics } from '../libp2p/fixtures/metrics.ts'

interface Position {
  x: number
  y: number
  w: number
  h: number
}

interface Panel {
  id: number
  type: string
  title: string
  description: string
  datasource: unknown
  gridPos: Position
  targets: Array<{ refId: string, expr: string, datasource: unknown }>
}

interface Variable {
  name: string
  type: string
  query: string | { query: string }
}

interface Dashboard {
  uid: string
  title: string
  schemaVersion: number
  panels: Panel[]
  templating: { list: Variable[] }
  time: { from: string, to: string }
}

// Grafana's grid
const COLUMNS = 24

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } // eslint-disable-line no-template-curly-in-string

// what Prometheus itself adds to every series, and histograms to theirs
const COMMON_LABELS = ['instance', 'job', 'le']

describe('the Grafana dashboard', () => {
  let dashboard: Dashboard
  let metrics: FakeMetrics

  before(async () => {
    dashboard = JSON.parse(await read('docs/grafana/secure-peer.json'))
    metrics = new FakeMetrics()
    expect(new SecurePeerMetrics(metrics.asMetrics())).to.be.ok()
  })

  function queries (): string[] {
    return dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  }

  it('should have what Grafana imports', () => {
    expect(dashboard.title).to.be.a('string').that.is.not.empty()
    expect(dashboard.uid).to.match(/^[a-zA-Z0-9_-]{1,40}$/)
    expect(dashboard.schemaVersion).to.be.a('number').that.is.at.least(36)
    expect(dashboard).to.not.have.any.keys('id', '__inputs')
    expect(dashboard.time).to.have.all.keys('from', 'to')
  })

  it('should let its user choose the data source, and nothing else name one', () => {
    expect(dashboard.templating.list[0]).to.include({ name: 'datasource', type: 'datasource', query: 'prometheus' })

    for (const { title, datasource, targets } of dashboard.panels) {
      expect(datasource, title).to.deep.equal(DATASOURCE)
      targets.forEach(target => { expect(target.datasource, title).to.deep.equal(DATASOURCE) })
    }
  })

  it('should have variables for all that its queries use', () => {
    const variables = dashboard.templating.list.map(({ name }) => name)
    const used = queries().flatMap(expr => Array.from(expr.matchAll(/\$(\w+)/g), ([, name]) => name))

    expect(variables).to.include.members(used.filter(name => !name.startsWith('__')))
    expect(new Set(used.filter(name => name.startsWith('__')))).to.deep.equal(new Set(['__rate_interval']))
  })

  it('should have panels with ids, titles, descriptions and queries', () => {
    expect(dashboard.panels).to.have.property('length').that.is.above(9)
    expect(new Set(dashboard.panels.map(({ id }) => id))).to.have.property('size', dashboard.panels.length)
    expect(new Set(dashboard.panels.map(({ title }) => title))).to.have.property('size', dashboard.panels.length)

    for (const { id, type, title, description, targets } of dashboard.panels) {
      expect(id, title).to.be.above(0)
      expect(['stat', 'timeseries', 'heatmap'], title).to.include(type)
      expect(description, title).to.be.a('string').that.is.not.empty()
      expect(targets, title).to.not.be.empty()
      expect(new Set(targets.map(({ refId }) => refId)), title).to.have.property('size', targets.length)
    }
  })

  it('should lay its panels out on the grid, none over another', () => {
    const taken = new Map<string, string>()

    for (const { title, gridPos: { x, y, w, h } } of dashboard.panels) {
      expect(x + w, title).to.be.at.most(COLUMNS)

      for (const cell of cells({ x, y, w, h })) {
        expect(taken.get(cell), `${title} at ${cell}`).to.equal(undefined)
        taken.set(cell, title)
      }
    }

    // nor a hole between them
    const bottom = Math.max(...dashboard.panels.map(({ gridPos: { y, h } }) => y + h))
    expect(taken).to.have.property('size', COLUMNS * bottom)
  })

  it('should query metrics that there are, and all of them', () => {
    const names = queries().flatMap(expr => expr.match(/libp2p_\w+/g) ?? []).map(name => name.replace(/_(bucket|sum|count)$/, ''))
    const variables = dashboard.templating.list.flatMap(({ query }) => JSON.stringify(query).match(/libp2p_\w+/g) ?? [])

    expect([...new Set(names)].sort()).to.deep.equal([...metrics.help.keys()].sort())
    expect([...metrics.help.keys()]).to.include.members(variables)
  })

  it('should take parts of histograms from histograms alone', () => {
    const parts = queries().flatMap(expr => expr.match(/libp2p_\w+_(bucket|sum|count)\b/g) ?? [])

    expect(new Set(parts.map(name => name.replace(/_(bucket|sum|count)$/, '')))).to.deep.equal(new Set(['libp2p_secure_peer_handshake_duration_seconds']))
  })

  it('should use labels that these metrics have', () => {
    for (const expr of queries()) {
      const [name] = expr.match(/libp2p_\w+/) ?? []
      const labels = [...COMMON_LABELS, metrics.labels.get(name ?? '')]
      const grouped = Array.from(expr.matchAll(/by \((\w+)\)/g), ([, label]) => label)
      const selected = Array.from(expr.matchAll(/(\w+)(?:=~?|!~|!=)"/g), ([, label]) => label)

      expect(labels, expr).to.include.members([...grouped, ...selected])
      expect(selected, expr).to.include.members(['job', 'instance'])
    }
  })

  it('should look for values that labels can have', async () => {
    const errors = await read('src/errors.ts')
    const codes = queries().flatMap(expr => expr.match(/ERR_\w+/g) ?? [])
    expect(codes).to.not.be.empty()
    codes.forEach(code => { expect(errors).to.include(`'${code}'`) })

    const suites = queries().flatMap(expr => expr.match(/suite=~"([^"]*)"/)?.[1] ?? [])
    expect(suites).to.deep.equal(['x25519_.*'])
    expect('x25519_aes-256-gcm').to.match(new RegExp(`^(${suites[0]})$`))
    expect('x25519mlkem768_aes-256-gcm').to.not.match(new RegExp(`^(${suites[0]})$`))
  })

  it('should speak PromQL', () => {
    for (const expr of queries()) {
      expect(errorsIn(expr), expr).to.be.empty()
    }

    expect(errorsIn('sum by (le (rate(a[5m]))')).to.not.be.empty()
  })
})

/** Where a query is not PromQL, once Grafana has put in its variables. */
function errorsIn (expr: string): number[] {
  const errors: number[] = []
  const query = expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*')

  parser.parse(query).iterate({
    enter: ({ type, from }) => {
      if (type.isError) {
        errors.push(from)
      }
    }
  })

  return errors
}

function cells ({ x, y, w, h }: Position): string[] {
  return Array.from({ length: w * h }, (_, i) => `${x + i % w}, ${y + Math.floor(i / w)}`)
}

async function read (file: string): Promise<string> {
  // from the sources and from what the build makes of them
  const here = new URL('.', import.meta.url)
  const root = new URL(here.pathname.includes('/dist/') ? '../../../' : '../../', here)

  return readFile(new URL(file, root), 'utf8')
}
