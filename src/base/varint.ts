// Varints of up to 32 bits: seven bits per byte, least significant first, the high bit set on all
// but the last.

export function writeVarint(target: Buffer, at: number, value: number): number {
  let rest = value
  while (rest >= 0x80) {
    target[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  target[at++] = rest
  return at
}

export function varintWidth(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x20_0000) return 3
  return value < 0x1000_0000 ? 4 : 5
}

export function encodeVarint(value: number): Buffer {
  const bytes = Buffer.alloc(5)
  return bytes.subarray(0, writeVarint(bytes, 0, value))
}
