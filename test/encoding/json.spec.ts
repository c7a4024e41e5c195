import { expect } from 'aegir/chai'
import { concat, utf8 } from '../../src/encoding/bytes.ts'
import { JsonObject } from '../../src/encoding/json.ts'

class Failure extends Error {}

function parse (text: string | Uint8Array): JsonObject {
  return JsonObject.parse(text, what => new Failure(what))
}

const NOT_AN_OBJECT = ['null', 'true', '1', '"text"', '[]', '[{}]']

const NOT_JSON: Record<string, string | Uint8Array> = {
  nothing: '',
  'white space': ' \n',
  'a BOM in bytes': concat([Uint8Array.of(0xef, 0xbb, 0xbf), utf8('{}')]),
  'a BOM in text': '\ufeff{}',
  'a BOM at the end': '{}\ufeff',
  'UTF-16': Uint8Array.of(0x7b, 0, 0x7d, 0),
  'a byte that UTF-8 does not have': concat([utf8('{"a":"'), Uint8Array.of(0xff), utf8('"}')]),
  'an overlong encoding': concat([utf8('{"a":"'), Uint8Array.of(0xc0, 0xaf), utf8('"}')]),
  'a surrogate in UTF-8': concat([utf8('{"a":"'), Uint8Array.of(0xed, 0xa0, 0x80), utf8('"}')]),
  'a character cut short': concat([utf8('{"a":"'), Uint8Array.of(0xe2, 0x82), utf8('"}')]),
  'a lone high surrogate in a value': '{"a":"\\ud800"}',
  'a lone low surrogate in a value': '{"a":"\\uDC00"}',
  'surrogates in the wrong order': '{"a":"\\udc00\\ud800"}',
  'a lone surrogate in a name': '{"\\uD83d":1}',
  'a lone surrogate deep within': '{"a":[{"b":["\\udfff"]}]}',
  'two objects': '{}{}',
  'a comma too many': '{"a":1,}',
  'single quotes': "{'a':1}",
  'a comment': '{/**/}',
  'a control character in a string': '{"a":"\n"}',
  'an end too early': '{"a":'
}

describe('JSON', () => {
  for (const text of NOT_AN_OBJECT) {
    it(`should not take ${text}, which is no object`, () => {
      expect(() => parse(text)).to.throw(Failure, 'not a JSON object')
      expect(() => parse(utf8(text))).to.throw(Failure, 'not a JSON object')
    })
  }

  for (const [what, text] of Object.entries(NOT_JSON)) {
    it(`should not take ${what}`, () => {
      expect(() => parse(text)).to.throw(Failure, 'not JSON in UTF-8')
    })
  }

  it('should take white space around values', () => {
    expect(parse(' { "a" :\t"b" }\r\n').string('a')).to.equal('b')
  })

  it('should take a pair of surrogates, escaped or not', () => {
    expect(parse('{"a":"\\ud83d\\ude00"}').string('a')).to.equal('😀')
    expect(parse('{"a":"😀"}').string('a')).to.equal('😀')
    expect(parse('{"a":"\\\\ud800"}').string('a')).to.equal('\\ud800')
  })

  it('should count the last of members that are repeated', () => {
    expect(parse('{"a":"first","a":"last"}').string('a')).to.equal('last')
    expect(parse('{"a":"first","\\u0061":"last"}').string('a')).to.equal('last')
  })

  for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
    it(`should have a member ${name} only where there is one`, () => {
      const without = parse('{}')

      expect(without.has(name)).to.be.false()
      expect(without.value(name)).to.be.undefined()
      expect(() => without.string(name)).to.throw(Failure, `${name} is not a string`)
      expect(parse(`{"${name}":"text"}`).string(name)).to.equal('text')
      expect(parse(`{"${name}":"text"}`).names).to.deep.equal([name])
    })
  }

  it('should not let a __proto__ member stand in for others', () => {
    const object = parse('{"__proto__":{"token":"inherited"}}')

    expect(object.has('token')).to.be.false()
    expect(() => object.string('token')).to.throw(Failure)
    expect(({} as any).token).to.be.undefined()
  })

  it('should take what nests as deep as a line has room', () => {
    const deep = `{"a":${'['.repeat(8000)}${']'.repeat(8000)},"b":"c"}`

    expect(parse(deep).string('b')).to.equal('c')
  })

  it('should fail in its own way where nesting has no end', () => {
    expect(() => parse(`{"a":${'['.repeat(16_000)}`)).to.throw(Failure)
    expect(() => parse(`{"a":${'{"a":'.repeat(3000)}`)).to.throw(Failure)
  })

  it('should survive nesting where it looks for surrogates', () => {
    const deep = `{"a":${'['.repeat(8000)}"\\ud800"${']'.repeat(8000)}}`

    expect(() => parse(deep)).to.throw(Failure)
  })

  it('should not quote what it was given, but for what is printable of a name', () => {
    expect(() => parse('{"\u001b":')).to.throw(Failure, /^not JSON in UTF-8$/).that.does.not.have.property('cause')
    expect(() => parse('{"a\\u001b[2J":1}').string('a\u001b[2J')).to.throw(Failure, /^a\ufffd\[2J is not a string$/)
    expect(() => parse('{"a\\n":{}}').object('a\n').string('\u202e')).to.throw(Failure, /^a\ufffd is \ufffd is not a string$/)
  })

  it('should give strings only', () => {
    expect(parse('{"a":""}').string('a')).to.equal('')

    for (const value of ['null', '1', 'true', '[]', '{}', '["text"]']) {
      expect(() => parse(`{"a":${value}}`).string('a')).to.throw(Failure, 'a is not a string')
    }
  })

  it('should give bytes of the length asked for', () => {
    expect(parse('{"a":"Zm9v"}').bytes('a')).to.deep.equal(utf8('foo'))
    expect(parse('{"a":"Zm9v"}').bytes('a', 3)).to.deep.equal(utf8('foo'))
    expect(parse('{"a":""}').bytes('a')).to.deep.equal(new Uint8Array(0))
    expect(() => parse('{"a":"Zm9v"}').bytes('a', 2)).to.throw(Failure, 'a is not 2 bytes')
    expect(() => parse('{"a":"Zm9v"}').bytes('a', 4)).to.throw(Failure, 'a is not 4 bytes')
    expect(() => parse('{"a":"Zm9v="}').bytes('a')).to.throw(Failure, 'a is not base64')
    expect(() => parse('{"a":1}').bytes('a')).to.throw(Failure, 'a is not a string')
    expect(() => parse('{}').bytes('a')).to.throw(Failure, 'a is not a string')
  })

  it('should give objects only', () => {
    expect(parse('{"a":{"b":"c"}}').object('a').string('b')).to.equal('c')
    expect(() => parse('{"a":[]}').object('a')).to.throw(Failure, 'a is not a JSON object')
    expect(() => parse('{"a":null}').object('a')).to.throw(Failure, 'a is not a JSON object')
    expect(() => parse('{}').object('a')).to.throw(Failure, 'a is not a JSON object')
  })

  it('should give lists within their bounds only', () => {
    expect(parse('{"a":[1]}').list('a', 2)).to.deep.equal([1])
    expect(parse('{"a":[1,2]}').list('a', 2)).to.deep.equal([1, 2])

    for (const value of ['[]', '[1,2,3]', '{"length":1}', '"a"', 'null']) {
      expect(() => parse(`{"a":${value}}`).list('a', 2)).to.throw(Failure, 'a is not a list of 1 to 2')
    }
  })

  it('should give lists of strings that differ', () => {
    expect(parse('{"a":["x","y"]}').strings('a', 2)).to.deep.equal(['x', 'y'])
    expect(() => parse('{"a":["x","x"]}').strings('a', 2)).to.throw(Failure, 'one twice')
    expect(() => parse('{"a":["x",1]}').strings('a', 2)).to.throw(Failure, 'not a string')
    expect(() => parse('{"a":[["x"]]}').strings('a', 2)).to.throw(Failure, 'not a string')
  })

  it('should give lists of objects', () => {
    expect(parse('{"a":[{"b":"c"}]}').objects('a', 1).map(object => object.string('b'))).to.deep.equal(['c'])
    expect(() => parse('{"a":[{},null]}').objects('a', 2)).to.throw(Failure, 'an entry of a is not a JSON object')
    expect(() => parse('{"a":[[]]}').objects('a', 2)).to.throw(Failure, 'an entry of a is not a JSON object')
  })
})
