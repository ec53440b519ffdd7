export type { ControlCaller, ControlSetting } from './control-setting.ts'
export { ConfigError, type ConfigProblem, describeProblem } from './error.ts'
export { defaultFeedSetting, type FeedSetting, feedBrake, feedRules } from './feed-setting.ts'
export { configKeys } from './schema.ts'
export {
  type ChaosSettings,
  defaultControl,
  type LogSettings,
  loadSettings,
  type Overrides,
  type Settings,
  type TcpSettings,
  type ZoneSetting,
} from './settings.ts'
export type { SigningSetting } from './signing-setting.ts'
