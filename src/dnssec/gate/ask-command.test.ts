import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { askCommand, CommandRefusal } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-ask-'))
afterAll(() => rmSync(folder, { recursive: true }))

const shell = (script: string) => ['/bin/sh', '-c', script]
const ZONE = [Buffer.from('zz. 3600 IN SOA a. b. 1 2 3 4 5\n'), Buffer.from('zz. 3600 IN NS a.\n')]

/** More than a pipe holds. */
function* endless(): Generator<Uint8Array> {
  for (let i = 0; i < 1000; i++) yield Buffer.alloc(65_536, 0x2e)
}

async function refusal(asked: Promise<void>): Promise<CommandRefusal> {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof CommandRefusal) return error
  throw error ?? new Error('it passed')
}

/** Whether a process is there and no zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe('passes', () => {
  test('with all of the zone on its input', async () => {
    const file = join(folder, 'copy')
    await askCommand(['/bin/sh', '-c', 'cat > "$0"', file], ZONE, 10)
    expect(readFileSync(file)).toEqual(Buffer.concat(ZONE))
  })

  test('by a shell, where a program wants its input by name', async () => {
    const file = join(folder, 'named')
    await askCommand(['/bin/sh', '-c', 'cat | cp /dev/stdin "$0"', file], ZONE, 10)
    expect(readFileSync(file)).toEqual(Buffer.concat(ZONE))
  })

  test('zone text that comes in time', async () => {
    async function* slowly(): AsyncGenerator<Uint8Array> {
      for (const chunk of ZONE) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        yield chunk
      }
    }
    await askCommand(shell('test "$(wc -l)" -eq 2'), slowly(), 10)
  })

  test('without reading all', async () => {
    await askCommand(shell('head -c 10 > /dev/null'), endless(), 10)
    await askCommand(['true'], endless(), 10)
    await askCommand(shell('exec 0<&-; sleep 0.2'), endless(), 10)
  })

  test('with more output than anybody wants', async () => {
    await askCommand(shell('cat > /dev/null; head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2'), ZONE, 20)
  })

  test('and leaves a process that holds its pipes', async () => {
    await askCommand(shell('sleep 3 & exit 0'), endless(), 10)
  })
})

describe('refuses', () => {
  test('by exit status, with its last lines', async () => {
    const script = 'cat > /dev/null; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "line $i" >&2; done; exit 3'
    const { verdict, output, message } = await refusal(askCommand(shell(script), ZONE, 10))
    expect(verdict).toEqual({ kind: 'exit', code: 3 })
    expect(output.split('\n')).toEqual(Array.from({ length: 10 }, (_, i) => `line ${i + 3}`))
    expect(message).toContain('refuses the zone: it ended with exit status 3. Nothing was published; its last lines:\n')
  })

  test('control characters are kept from terminals', async () => {
    const { output } = await refusal(askCommand(shell("printf '\\033[2Jbad\\r\\n'; exit 1"), ZONE, 10))
    expect(output).toBe(' [2Jbad')
  })

  test('by a signal', async () => {
    const { verdict } = await refusal(askCommand(shell('kill -SEGV $$'), ZONE, 10))
    expect(verdict).toEqual({ kind: 'signal', signal: 'SIGSEGV' })
  })

  test('by taking too long: its whole process group is killed', async () => {
    const began = Date.now()
    const { verdict, output } = await refusal(
      askCommand(shell("trap '' TERM; sleep 60 & echo $!; wait"), endless(), 0.5),
    )
    expect(verdict).toEqual({ kind: 'time-limit', seconds: 0.5 })
    expect(Date.now() - began).toBeLessThan(5000)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(Number(output)).toBeGreaterThan(0)
    expect(isRunning(Number(output))).toBe(false)
  })

  test('at the time limit though the zone text never comes', async () => {
    async function* never(): AsyncGenerator<Uint8Array> {
      yield ZONE[0]!
      await new Promise(() => {})
    }
    const { verdict } = await refusal(askCommand(['cat'], never(), 0.3))
    expect(verdict.kind).toBe('time-limit')
    expect((await refusal(askCommand(['false'], never(), 1e12))).verdict).toEqual({ kind: 'exit', code: 1 })
  })

  test.each([
    ['a program that is not there', ['/nowhere/at-all']],
    ['no program', []],
    ['an argument that no system takes', ['true', 'a\0b']],
  ])('%s', async (_, command) => {
    const { verdict } = await refusal(askCommand(command, ZONE, 10))
    expect(verdict.kind).toBe('not-started')
  })

  test('zone text that cannot be read is another’s failure, and ends the command', async () => {
    const failure = new Error('disk')
    function* broken(): Generator<Uint8Array> {
      yield ZONE[0]!
      throw failure
    }
    const began = Date.now()
    await expect(askCommand(shell('sleep 30'), broken(), 60)).rejects.toBe(failure)
    expect(Date.now() - began).toBeLessThan(5000)
  })
})
