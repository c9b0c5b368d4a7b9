// What `ledgerstone/level` gives: a Level, for programs and packages of that ecosystem.

export { LedgerstoneLevel, LedgerstoneLevel as Level } from './level/level.js'
export type {
  LevelBatchOptions,
  LevelClearOptions,
  LevelDelOptions,
  LevelFormat,
  LevelKeyRangeOptions,
  LevelOptions,
  LevelPutOptions,
  LevelWriteOptions,
} from './level/options.js'
