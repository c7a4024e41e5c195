/** Of no carrier in a browser is it known when it lets go of memory. */
export const SocketMemory = { of: (): undefined => undefined }
