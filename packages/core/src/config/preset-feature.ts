import type { Feature } from '../contracts/feature.ts'

/**
 * The member with which the options of a preset name the feature of the preset that the host must keep. Spreading copies a
 * member under a symbol as well, whatever the host writes after the preset. The symbol is the same in every copy of this
 * package.
 */
export const presetFeature: unique symbol = Symbol.for('@oauth/core: the feature of the preset') as never

/** Options that a preset has made. */
export interface FromPreset {
  readonly [presetFeature]?: string
}

/**
 * Checks that the features of a preset are there. `features` written after the preset replaces its list, and a server without
 * them would start, and refuse the clients that the preset is for.
 * @throws {TypeError} that shows what to write
 */
export function checkPresetFeature(options: object, features: readonly Feature[]): void {
  const name = (options as FromPreset)[presetFeature]
  if (name === undefined || features.some((feature) => feature?.name === name)) return
  throw new TypeError(
    `${name}: the option features, written after the preset, drops its features: const preset = ${name}(...), and then features: [...preset.features, ...]`,
  )
}
