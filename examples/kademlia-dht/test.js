import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepsOf } from '../testing/readme.js'

const [start, provide, find] = stepsOf(import.meta.dirname)

test('a node finds what another one provides', async t => {
  const network = start(t)
  const [address] = await network.line(/\/ip4\S*/)
  await network.shown()

  const provider = provide(t, { address })
  const [cid] = await provider.line(/bafk\w*/)
  await provider.shown()

  const finder = find(t, { address, cid })
  await finder.ends()
  assert.equal(finder.lines[0].split(/ +/)[1], provider.lines[0].split(' ')[0], 'the provider is the one that said so')

  // the last letter of a CID is not all of a hash: any other hash
  const nobody = find(t, { address, cid: 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku' })
  await nobody.line(/nobody provides that/)

  await Promise.all([network, provider].map(async session => session.interrupt()))
})
