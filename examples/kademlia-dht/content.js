import { lpStream } from '@libp2p/utils'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'

const PROTOCOL = '/secure-peer-example/content/1.0.0'

// The name of content: its hash. The DHT knows who has it, and never sees it.
export async function cidOf (bytes) {
  return CID.createV1(raw.code, await sha256.digest(bytes))
}

// gives `bytes` to everybody who asks for `cid`
export async function serve (node, cid, bytes) {
  await node.handle(PROTOCOL, async stream => {
    const messages = lpStream(stream)
    const wanted = CID.decode((await messages.read()).subarray())

    if (wanted.equals(cid)) {
      await messages.write(bytes)
    }

    await stream.close()
  })
}

// asks a provider, and checks what it gives
export async function fetch (node, provider, cid) {
  const connection = await node.dial(provider)
  const stream = await connection.newStream(PROTOCOL)
  const messages = lpStream(stream)

  await messages.write(cid.bytes)
  const bytes = (await messages.read()).subarray()
  await stream.close()

  if (!cid.equals(await cidOf(bytes))) {
    throw new Error('that is not what was asked for')
  }

  return bytes
}
