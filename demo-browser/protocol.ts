/** Messages, each with its length before it, in UTF-8. */
export const CHAT = '/secure-peer-demo/chat/1.0.0'

/** The dialer sends {@link TRANSFER_BYTES} and ends, then the listener does. */
export const TRANSFER = '/secure-peer-demo/transfer/1.0.0'

export const TRANSFER_BYTES = 64 * 2 ** 20

/** Where the page asks for the listener's address. */
export const ADDRESS_PATH = '/listener'
