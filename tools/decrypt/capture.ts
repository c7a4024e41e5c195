// What tcpdump, tshark and Wireshark write: pcap and pcapng, as far as packets go.

/** A packet as it was captured. */
export interface Packet {
  /** Of the interface, see LINKTYPE_ in pcap-linktype(7). */
  readonly linkType: number

  /** As many as were captured. */
  readonly bytes: Uint8Array
}

const PCAP_HEADER_BYTES = 24
const PCAP_RECORD_BYTES = 16

// in the byte order of whoever captured, with micro- and nanoseconds
const PCAP_MAGIC = [0xa1b2c3d4, 0xa1b23c4d]

const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE_DESCRIPTION = 1
const SIMPLE_PACKET = 3
const ENHANCED_PACKET = 6
const BYTE_ORDER_MAGIC = 0x1a2b3c4d

// type, length, and the length again at the end
const BLOCK_BYTES = 12

/**
 * The packets of a capture file, as many as are whole.
 *
 * @throws {Error} when the file is neither pcap nor pcapng
 */
export function readCapture (file: Uint8Array): Packet[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)

  if (file.byteLength >= BLOCK_BYTES && view.getUint32(0) === SECTION_HEADER) {
    return Array.from(pcapngPackets(view))
  }

  for (const littleEndian of [true, false]) {
    if (file.byteLength >= PCAP_HEADER_BYTES && PCAP_MAGIC.includes(view.getUint32(0, littleEndian))) {
      return Array.from(pcapPackets(view, littleEndian))
    }
  }

  throw new Error('neither a pcap nor a pcapng file')
}

function * pcapPackets (view: DataView, littleEndian: boolean): Generator<Packet> {
  // the upper bits of the field are flags
  const linkType = view.getUint32(20, littleEndian) & 0x0fff_ffff
  let offset = PCAP_HEADER_BYTES

  while (offset + PCAP_RECORD_BYTES <= view.byteLength) {
    const captured = view.getUint32(offset + 8, littleEndian)
    offset += PCAP_RECORD_BYTES

    if (offset + captured > view.byteLength) {
      return
    }

    yield { linkType, bytes: slice(view, offset, captured) }
    offset += captured
  }
}

function * pcapngPackets (view: DataView): Generator<Packet> {
  let littleEndian = true
  let linkTypes: number[] = []
  let offset = 0

  while (offset + BLOCK_BYTES <= view.byteLength) {
    const type = view.getUint32(offset, littleEndian)

    // reads the same in both byte orders, and says which one follows
    if (type === SECTION_HEADER) {
      littleEndian = view.getUint32(offset + 8, true) === BYTE_ORDER_MAGIC
      linkTypes = []
    }

    const length = view.getUint32(offset + 4, littleEndian)

    if (length < BLOCK_BYTES || length % 4 !== 0 || offset + length > view.byteLength) {
      return
    }

    const body = new DataView(view.buffer, view.byteOffset + offset + 8, length - BLOCK_BYTES)

    if (type === INTERFACE_DESCRIPTION && body.byteLength >= 8) {
      linkTypes.push(body.getUint16(0, littleEndian))
    }

    const packet = PACKETS[type]?.(body, littleEndian, linkTypes)

    if (packet != null) {
      yield packet
    }

    offset += length
  }
}

function enhancedPacket (body: DataView, littleEndian: boolean, linkTypes: number[]): Packet | undefined {
  if (body.byteLength < 20) {
    return undefined
  }

  const linkType = linkTypes[body.getUint32(0, littleEndian)]
  const captured = body.getUint32(12, littleEndian)

  return linkType == null || captured > body.byteLength - 20 ? undefined : { linkType, bytes: slice(body, 20, captured) }
}

function simplePacket (body: DataView, littleEndian: boolean, [linkType]: number[]): Packet | undefined {
  if (body.byteLength < 4 || linkType == null) {
    return undefined
  }

  const captured = Math.min(body.getUint32(0, littleEndian), body.byteLength - 4)

  return { linkType, bytes: slice(body, 4, captured) }
}

function slice (view: DataView, offset: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, length)
}

type PacketReader = (body: DataView, littleEndian: boolean, linkTypes: number[]) => Packet | undefined

const PACKETS: Record<number, PacketReader | undefined> = { [SIMPLE_PACKET]: simplePacket, [ENHANCED_PACKET]: enhancedPacket }
