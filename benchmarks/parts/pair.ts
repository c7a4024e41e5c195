/**
 * Two fresh processes with one connection between them.
 */

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { generateKeyPair, generateKeyPairFromSeed, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { Child } from '../process/child.ts'
import type { Settings } from './part.ts'
import type { SubjectName } from '../subjects.ts'

export interface Pair {
  dialer: Child
  listener: Child
}

export async function createKey (type: 'Ed25519' | 'RSA' = 'Ed25519'): Promise<string> {
  // the types of generateKeyPair want a literal
  const key = type === 'RSA' ? await generateKeyPair('RSA', 2048) : await generateKeyPair('Ed25519')

  return Buffer.from(privateKeyToProtobuf(key)).toString('base64')
}

/** The same Ed25519 key for the same text */
export async function createKeyFrom (text: string): Promise<string> {
  const key = await generateKeyPairFromSeed('Ed25519', createHash('sha256').update(text).digest())

  return Buffer.from(privateKeyToProtobuf(key)).toString('base64')
}

/** Start both processes, use them, and end them whatever happens */
export async function withPair <Result> (subject: SubjectName, execArgv: string[], use: (pair: Pair) => Promise<Result>): Promise<Result> {
  const pair = {
    dialer: new Child(`${subject} dialer`, execArgv),
    listener: new Child(`${subject} listener`, execArgv)
  }

  try {
    return await use(pair)
  } finally {
    await Promise.all([pair.dialer.close(), pair.listener.close()])
  }
}

/** The same, connected */
export async function withConnectedPair <Result> (subject: SubjectName, { source }: Settings, use: (pair: Pair) => Promise<Result>): Promise<Result> {
  return withPair(subject, [], async pair => {
    const address = await pair.listener.call('endpoint/listen', { subject, source, privateKey: await createKey() })
    await pair.dialer.call('endpoint/connect', { subject, source, address, privateKey: await createKey() })

    return use(pair)
  })
}

/** Profile the children while `work` runs, if profiles are wanted */
export async function profiled <Result> (children: Record<string, Child>, name: string, { profiles }: Settings, work: () => Promise<Result>): Promise<Result> {
  if (profiles == null) {
    return work()
  }

  await Promise.all(Object.values(children).map(async child => child.call('profile/start')))
  const result = await work()
  await Promise.all(Object.entries(children).map(async ([role, child]) => {
    const file = `${name} ${role}`.replaceAll(/[^a-zA-Z0-9-]+/g, '_')

    return child.call('profile/stop', { path: join(profiles, `${file}.cpuprofile`) })
  }))

  return result
}
