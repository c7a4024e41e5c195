import type { Packet } from './capture.ts'

/** One TCP segment. */
export interface Segment {
  /** `address:port`. */
  readonly from: string
  readonly to: string
  readonly sequence: number
  readonly syn: boolean
  readonly ack: boolean
  readonly payload: Uint8Array
}

const ETHERTYPE_IPV4 = 0x0800
const ETHERTYPE_IPV6 = 0x86dd
const ETHERTYPE_VLAN = [0x8100, 0x88a8]

const PROTOCOL_TCP = 6

// IPv6 extension headers that may stand before TCP: hop-by-hop, routing, destination options
const IPV6_EXTENSIONS = [0, 43, 60]

// pcap-linktype(7): where the network layer begins
const NULL = 0
const ETHERNET = 1
const RAW = [12, 14, 101, 228, 229]
const LOOP = 108
const LINUX_COOKED = 113
const LINUX_COOKED_2 = 276

/** The TCP segment in a packet; `undefined` for everything else, fragments of IP packets included. */
export function segmentOf ({ linkType, bytes }: Packet): Segment | undefined {
  try {
    const ip = networkLayer(linkType, view(bytes))

    if (ip == null) {
      return undefined
    }

    return ip.getUint8(0) >> 4 === 4 ? fromIpv4(ip) : fromIpv6(ip)
  } catch (err) {
    // shorter than what its headers say
    if (err instanceof RangeError) {
      return undefined
    }

    throw err
  }
}

function networkLayer (linkType: number, packet: DataView): DataView | undefined {
  if (RAW.includes(linkType)) {
    return packet
  }

  switch (linkType) {
    case NULL:
    case LOOP:
      return from(packet, 4)
    case LINUX_COOKED:
      return isIp(packet.getUint16(14)) ? from(packet, 16) : undefined
    case LINUX_COOKED_2:
      return isIp(packet.getUint16(0)) ? from(packet, 20) : undefined
    case ETHERNET: {
      let offset = 12

      while (ETHERTYPE_VLAN.includes(packet.getUint16(offset))) {
        offset += 4
      }

      return isIp(packet.getUint16(offset)) ? from(packet, offset + 2) : undefined
    }
    default:
      return undefined
  }
}

function isIp (etherType: number): boolean {
  return etherType === ETHERTYPE_IPV4 || etherType === ETHERTYPE_IPV6
}

function fromIpv4 (ip: DataView): Segment | undefined {
  const headerBytes = (ip.getUint8(0) & 0x0f) * 4
  const isFragment = (ip.getUint16(6) & 0x3fff) !== 0

  if (ip.getUint8(9) !== PROTOCOL_TCP || isFragment) {
    return undefined
  }

  // 0 where the network card cuts the packet later; Ethernet pads short ones
  const totalBytes = ip.getUint16(2) === 0 ? ip.byteLength : Math.min(ip.getUint16(2), ip.byteLength)

  return fromTcp(part(ip, headerBytes, totalBytes), ipv4Address(ip, 12), ipv4Address(ip, 16))
}

function fromIpv6 (ip: DataView): Segment | undefined {
  const payloadBytes = ip.getUint16(4)
  const end = payloadBytes === 0 ? ip.byteLength : Math.min(40 + payloadBytes, ip.byteLength)
  let next = ip.getUint8(6)
  let offset = 40

  while (IPV6_EXTENSIONS.includes(next)) {
    next = ip.getUint8(offset)
    offset += 8 + ip.getUint8(offset + 1) * 8
  }

  return next === PROTOCOL_TCP ? fromTcp(part(ip, offset, end), ipv6Address(ip, 8), ipv6Address(ip, 24)) : undefined
}

function fromTcp (tcp: DataView, source: string, destination: string): Segment {
  const flags = tcp.getUint8(13)
  const payload = from(tcp, (tcp.getUint8(12) >> 4) * 4)

  return {
    from: `${source}:${tcp.getUint16(0)}`,
    to: `${destination}:${tcp.getUint16(2)}`,
    sequence: tcp.getUint32(4),
    syn: (flags & 0x02) !== 0,
    ack: (flags & 0x10) !== 0,
    payload: new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength)
  }
}

function ipv4Address (ip: DataView, offset: number): string {
  return Array.from({ length: 4 }, (_, i) => ip.getUint8(offset + i)).join('.')
}

function ipv6Address (ip: DataView, offset: number): string {
  return `[${Array.from({ length: 8 }, (_, i) => ip.getUint16(offset + 2 * i).toString(16)).join(':')}]`
}

function view (bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function from (data: DataView, offset: number): DataView {
  return part(data, offset, data.byteLength)
}

/** @throws {RangeError} when there is no such part */
function part (data: DataView, start: number, end: number): DataView {
  return new DataView(data.buffer, data.byteOffset + start, end - start)
}
