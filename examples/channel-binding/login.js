import { createHmac, timingSafeEqual } from 'node:crypto'

// What somebody without the token can't say. With the nonce alone it is as good on any
// other channel; with the key of the channel in it, on this one only.
export function prove (token, { nonce, channel, isBound }) {
  const hmac = createHmac('sha256', token).update(nonce)

  if (isBound) {
    hmac.update(channel.bindingKey())
  }

  return hmac.digest('base64')
}

export function isProven (token, proof, login) {
  const expected = Buffer.from(prove(token, login))
  const actual = Buffer.from(proof ?? '')

  return expected.byteLength === actual.byteLength && timingSafeEqual(expected, actual)
}
