import { type ChildProcess, spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import type { PeerKind } from './peer.ts'

/** The program as users run it; `npm test` builds it first. */
export const ZONECUT = resolve(import.meta.dirname, '../../bin/zonecut')

/** zonecut with one UDP worker, its stores in the peer's folder. */
export const zonecut: PeerKind = zonecutWith({ workers: 1 })

/** zonecut, told how many UDP workers to have, and where its stores lie when not in the peer's folder. */
export function zonecutWith(options: { readonly workers: number; readonly data?: string }): PeerKind {
  return {
    name: 'zonecut',
    tool: 'node',
    prepare(folder, port, zones) {
      const data = options.data ?? join(folder, 'data')
      const args = [ZONECUT, 'serve', '--data', data, '--listen', `127.0.0.1@${port}`]
      args.push('--workers', String(options.workers))
      for (const { origin, file } of zones) args.push('--zone', `${origin}=${file}`)
      return { command: process.execPath, args }
    },
  }
}

export interface CommandResult {
  /** Null when a signal ended it. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly child: ChildProcess
  readonly done: Promise<CommandResult>
}

/** Starts one of zonecut's commands. */
export function startCommand(...args: string[]): RunningCommand {
  const child = spawn(process.execPath, [ZONECUT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const done = new Promise<CommandResult>((resolve) => {
    child.once('close', (status) => resolve({ status, stdout, stderr }))
  })
  return { child, done }
}

/** Runs one of zonecut's commands to its end. */
export function runCommand(...args: string[]): Promise<CommandResult> {
  return startCommand(...args).done
}

/** Runs a command that must succeed; throws with what it printed when it does not. */
export async function runSuccessfully(...args: string[]): Promise<CommandResult> {
  const result = await runCommand(...args)
  if (result.status === 0) return result
  throw new Error(`zonecut ${args.join(' ')} ended with ${result.status}:\n${result.stdout}${result.stderr}`)
}
