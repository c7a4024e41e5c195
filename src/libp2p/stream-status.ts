import type { MessageStream } from '@libp2p/interface'

// The base class of libp2p's message streams has these, their interface has not.
interface StreamStatus {
  readonly readStatus?: string
  readonly remoteWriteStatus?: string
}

/** Whether `stream` can be paused and resumed: these throw once there is nothing to read. */
export function isReadable (stream: MessageStream & StreamStatus): boolean {
  return stream.readStatus !== 'closed' && stream.readStatus !== 'closing'
}

/** Whether the other side has closed its end of `stream`. */
export function isRemoteEnded (stream: MessageStream & StreamStatus): boolean {
  return stream.remoteWriteStatus === 'closed'
}
