import { readFileSync } from 'node:fs'
import { expect } from 'aegir/chai'

/** A test that fails when the requirement is broken, by its title as the source has it. */
interface RequirementTest {
  file: string
  title: string
}

// from the sources and from what the build makes of them
const here = new URL('.', import.meta.url)
const root = new URL(here.pathname.includes('/dist/') ? '../../../' : '../../', here)

// a text is the reason why a requirement, or a part of it, has no test
const requirements: Record<string, Array<RequirementTest | string>> = JSON.parse(read('test/spec/requirements.json'))
const spec = read('SPEC.md')

describe('requirements of the specification', () => {
  it('should each have an entry in the table', () => {
    const ids = requirementIds(spec)

    expect(ids).to.have.property('length').that.is.above(100)
    expect(new Set(ids), 'an id that two requirements have').to.have.property('size', ids.length)
    expect(ids.filter(id => requirements[id] == null), 'without an entry').to.be.empty()
    expect(Object.keys(requirements).filter(id => !ids.includes(id)), 'not in the specification').to.be.empty()
  })

  it('should be all that the specification demands', () => {
    const demands = blocks(spec.slice(spec.indexOf('\n## 3 '), spec.indexOf('\n## 10 '))).filter(block => /\bMUST\b/.test(block))

    expect(demands).to.have.property('length').that.is.above(20)
    expect(demands.filter(block => requirementIds(block).length === 0), 'a MUST without an id').to.be.empty()
  })

  it('should have tests that exist, or a reason why they have none', () => {
    const titles = new Map<string, string[]>()

    for (const [id, entries] of Object.entries(requirements)) {
      expect(entries, id).to.be.an('array').that.is.not.empty()

      for (const entry of entries) {
        if (typeof entry === 'string') {
          expect(entry, id).to.match(/^.{20,}\.$/)
          continue
        }

        const { file, title } = entry
        expect(file, id).to.match(/^test\/(?!.*\.\.).*\.ts$/)
        titles.set(file, titles.get(file) ?? testTitles(read(file)))
        expect(titles.get(file), `${id} in ${file}`).to.include(title)
      }
    }
  })

  it('should notice what a table lacks', () => {
    expect(requirementIds('- **R3.1-1** one\n- **R3.1-12** two\n(**R4.1-8**). See R9-9.')).to.deep.equal(['R3.1-1', 'R3.1-12', 'R4.1-8'])
    expect(blocks('- **R1-1** a\n  b\n- c MUST\n\nd\n')).to.deep.equal(['- **R1-1** a\n  b', '- c MUST', 'd'])
    expect(testTitles('it(\'should a\\\'b\', \nit(`should ${c}`, async\n// it("not"\nit.skip(\'should not\', ')).to.deep.equal(['should a\'b', 'should ${c}']) // eslint-disable-line no-template-curly-in-string
  })
})

function read (path: string): string {
  return readFileSync(new URL(path, root), 'utf8')
}

/** Ids where requirements are stated, in bold; elsewhere they are only cited. */
function requirementIds (text: string): string[] {
  return Array.from(text.matchAll(/\*\*(R\d+(?:\.\d+)?-\d+)\*\*/g), ([, id]) => id)
}

/** Paragraphs and items of lists. */
function blocks (text: string): string[] {
  return text.split(/\n(?=- )|\n\n+/).map(block => block.trim()).filter(block => block !== '')
}

function testTitles (source: string): string[] {
  return Array.from(source.matchAll(/^\s*it\((['"`])((?:\\.|(?!\1).)*)\1, /gm), ([, , title]) => title.replace(/\\(['"`\\])/g, '$1'))
}
