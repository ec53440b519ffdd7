/** What the keeper process does: zones that are kept signed, and those that follow their registry. */
export { compileLate } from './compiling.ts'
export { KeptZone } from './kept-zone.ts'
