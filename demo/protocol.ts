/** The listener counts what it is sent, and answers with the number. */
export const COUNT_PROTOCOL = '/demo/count/1.0.0'

/** What the listener's process tells the other. */
export type ListenerMessage =
  | { type: 'listening', peerId: string, address: string, encrypters: string[] }
  | { type: 'refused', peerId: string, reason: string }
