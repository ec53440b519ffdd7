import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nameFromText, nameToText } from '../wire/index.ts'
import { currentVersion, listZones, openZone, ZoneBuild, zoneFolder } from './catalog.ts'
import { StoreError } from './error.ts'

const origin = nameFromText('zz.')
let data: string

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'zonecut-catalog-'))
})
afterEach(() => rmSync(data, { recursive: true }))

describe('the data folder', () => {
  it('gives each zone a folder, whatever octets its name has', () => {
    const origins = ['.', 'zz.', 'ZZ.', 'com.mail.', '!!.', 'a\\.b.zz.', '\\000\\255.', '\\@.', '\\.x.', 'A/b.']
    const folders = origins.map((text) => zoneFolder(data, nameFromText(text)))
    expect(new Set(folders).size).toBe(origins.length - 1)
    for (const folder of folders) {
      expect(join(folder, '..')).toBe(data)
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'CURRENT'), 'v1\n')
    }
    const listed = listZones(data).map((name) => nameToText(name))
    const expected = origins
      .filter((text) => text !== 'ZZ.')
      .map((text) => nameToText(nameFromText(text.toLowerCase())))
    expect(listed.sort()).toEqual(expected.sort())
  })

  it('has no zones when it is not there', () => {
    expect(listZones(join(data, 'none'))).toEqual([])
    expect(currentVersion(join(data, 'none'), origin)).toBeUndefined()
    expect(() => openZone(data, origin)).toThrow(/not in this data folder: load it first/)
  })
})

describe('a build', () => {
  it('switches to the version built and removes the one before', () => {
    const first = ZoneBuild.begin(data, origin)
    writeFileSync(join(first.path, 'data.mdb'), 'first')
    expect(currentVersion(data, origin)).toBeUndefined()
    expect(first.commit()).toBe('v1')
    const second = ZoneBuild.begin(data, origin)
    expect(currentVersion(data, origin)).toBe('v1')
    expect(second.commit()).toBe('v2')
    expect(readdirSync(zoneFolder(data, origin)).sort()).toEqual(['CURRENT', 'v2'])
  })

  it('leaves the version before when it is given up', () => {
    ZoneBuild.begin(data, origin).commit()
    ZoneBuild.begin(data, origin).abandon()
    expect(currentVersion(data, origin)).toBe('v1')
    expect(readdirSync(zoneFolder(data, origin)).sort()).toEqual(['CURRENT', 'v1'])
  })

  it('is refused while another process builds the same zone', () => {
    const build = ZoneBuild.begin(data, origin)
    expect(() => ZoneBuild.begin(data, origin)).toThrow(StoreError)
    expect(() => ZoneBuild.begin(data, origin)).toThrow(/is loading this zone/)
    build.abandon()
    ZoneBuild.begin(data, origin).abandon()
  })

  it('clears up what an interrupted one left, at any point', () => {
    ZoneBuild.begin(data, origin).commit()
    const folder = zoneFolder(data, origin)
    writeFileSync(join(folder, 'LOCK'), JSON.stringify({ pid: 999999999 }))
    for (const left of ['building-999999999', 'building-999999999-records', 'v2']) mkdirSync(join(folder, left))
    writeFileSync(join(folder, 'CURRENT.new'), 'v2\n')
    expect(currentVersion(data, origin)).toBe('v1')
    const build = ZoneBuild.begin(data, origin)
    expect(
      readdirSync(folder)
        .filter((name) => /^v|^building/.test(name))
        .sort(),
    ).toEqual([`building-${process.pid}`, 'v1'])
    expect(build.commit()).toBe('v2')
    expect(existsSync(join(folder, 'LOCK'))).toBe(false)
  })
})
