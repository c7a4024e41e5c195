/**
 * CPU profiles of the measured phase only, without loading and warm-up.
 */

import { writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'

const SAMPLING_INTERVAL_US = 200

let session: Session | undefined

export async function startProfile (): Promise<void> {
  session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US })
  await session.post('Profiler.start')
}

export async function stopProfile ({ path }: { path: string }): Promise<void> {
  if (session == null) {
    throw new Error('no profile was started')
  }

  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  session = undefined
  await writeFile(path, JSON.stringify(profile))
}
