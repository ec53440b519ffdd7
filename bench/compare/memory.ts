import { readFileSync } from 'node:fs'

/** Memory of a server, all its processes together, in octets. */
export interface Memory {
  /** Resident pages of every process (Rss), those of the page cache and shared ones too; shared ones count for each. */
  readonly resident: number
  /** Resident pages that no other process has (Private_Clean and Private_Dirty), those of mapped files too. */
  readonly private: number
  /**
   * Resident pages that belong to no file (Pss_Anon and Pss_Shmem): page cache apart. What processes share counts once.
   */
  readonly anonymous: number
}

/** Reads one process's /proc/PID/smaps_rollup. */
export function parseSmapsRollup(text: string): Memory {
  const kilobytes = new Map<string, number>()
  for (const [, field, value] of text.matchAll(/^(\w+):\s+(\d+) kB$/gm)) kilobytes.set(field!, Number(value))
  const octets = (...fields: readonly string[]) =>
    fields.reduce((sum, field) => sum + (kilobytes.get(field) ?? 0) * 1024, 0)
  return {
    resident: octets('Rss'),
    private: octets('Private_Clean', 'Private_Dirty'),
    anonymous: octets('Pss_Anon', 'Pss_Shmem'),
  }
}

export function memoryOf(pids: readonly number[]): Memory {
  const total = { resident: 0, private: 0, anonymous: 0 }
  for (const pid of pids) {
    const one = parseSmapsRollup(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
    total.resident += one.resident
    total.private += one.private
    total.anonymous += one.anonymous
  }
  return total
}
