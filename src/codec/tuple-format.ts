// The numbers of the tuple encoding. They are on disk: frozen, and a retired one stays reserved.
//
//   tuple    := element*
//   element  := 0x02                                   null
//             | 0x04 | 0x05                            false | true
//             | 0x08 ordered_double                    number
//             | 0x0c (255 - size): u8 ~magnitude       bigint below zero
//             | 0x0d                                   bigint zero
//             | 0x0e size: u8 magnitude                bigint above zero
//             | 0x10 ordered_double                    Date, milliseconds
//             | 0x14 escaped 0x00                      string, UTF-8
//             | 0x18 escaped 0x00                      bytes
//             | 0x1c element* 0x00                     array
//   ordered_double := IEEE 754 binary64 big-endian; sign bit flipped when it is 0, else all bits
//   magnitude      := 1 … 255 bytes big-endian, the first one not zero
//   escaped        := bytes with 0x00 as 0x01 0x01 and 0x01 as 0x01 0x02

export const TAG = {
  end: 0x00,
  null: 0x02,
  false: 0x04,
  true: 0x05,
  number: 0x08,
  bigintNegative: 0x0c,
  bigintZero: 0x0d,
  bigintPositive: 0x0e,
  date: 0x10,
  string: 0x14,
  bytes: 0x18,
  array: 0x1c,
} as const

export const ESCAPE = 0x01
export const ESCAPED_ZERO = 0x01
export const ESCAPED_ONE = 0x02

export const BIGINT_BYTES_MAX = 255
export const DEPTH_MAX = 32
export const DATE_MS_MAX = 8.64e15
