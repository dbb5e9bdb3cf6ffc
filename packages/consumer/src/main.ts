import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readApi } from './api.ts'
import { commitSize, committedSize, compareSize } from './bundle-size.ts'
import { bundle, entriesWithSideEffects } from './bundles.ts'
import { compile, settings } from './compilers.ts'
import { emitDeclarations } from './declarations.ts'
import { type Entry, entriesOf } from './entries.ts'
import { baseFaults, featureFaults, featureNames } from './features.ts'
import { installTarballs, type Project } from './install.ts'
import { publintFaults, typeFaults } from './linters.ts'
import { type Packed, pack } from './pack.ts'
import { writeProbes } from './probes.ts'
import { publicPackages } from './public-packages.ts'
import { createReport, type Report } from './report.ts'
import { canRequireModules, importEntries, requireEntries, runPrograms } from './run-on-node.ts'
import { tarballFaults } from './tarball.ts'
import { opaqueTypes, unnamedTypes } from './unnamed-types.ts'

const workspace = join(import.meta.dirname, '../../..')
const programsFolder = join(import.meta.dirname, '../programs')
const programs = readdirSync(programsFolder).filter((file) => file.endsWith('.ts'))

async function checkTarballs(report: Report, directory: string): Promise<readonly Packed[]> {
  const packages = await Promise.all(publicPackages(workspace).map((source) => pack(source, directory)))
  for (const packed of packages) {
    const { name, manifest, files } = packed
    await report.check(`${name}: tarball`, async () => {
      report.fail(tarballFaults(packed))
      return `${files.size} files; exports, README, LICENSE and source maps are there; no workspace range`
    })
    await report.check(`${name}: publint`, async () => {
      report.fail(await publintFaults(packed))
      return 'no error, warning or suggestion'
    })
    await report.check(`${name}: arethetypeswrong`, async () => {
      report.fail(await typeFaults(packed))
      return `${Object.keys(manifest.exports ?? {}).join(' ')} from ES modules and bundlers`
    })
  }
  return packages
}

async function checkTypes(report: Report, project: Project, entries: readonly Entry[]): Promise<void> {
  const api = readApi(project.folder, entries)
  await report.check('public names', async () => {
    report.fail(unnamedTypes(api))
    const names = api.entries.reduce((sum, { exports }) => sum + exports.length, 0)
    return `every type that the ${names} exports lead to is exported (opaque: ${opaqueTypes.join(', ')})`
  })
  const own = [...programs, ...writeProbes(project.folder, api)]
  const compilations = await Promise.allSettled(
    settings.map((setting) => emitDeclarations(project, own, entries, setting)),
  )
  for (const result of compilations) {
    await report.check('types', async () => {
      if (result.status === 'rejected') throw result.reason
      const { title, faults, foreign } = result.value
      report.fail(faults)
      const others = foreign === 0 ? '' : `; ${foreign} errors in the declarations of others`
      return `${title}: declarations of ${own.length} programs name public entries alone${others}`
    })
  }
  await report.check('isolatedDeclarations', async () => {
    const options = { declaration: true, isolatedDeclarations: true, noEmit: true }
    for (const setting of settings.filter(({ compiler }) => compiler === 'seven')) {
      report.fail((await compile(project.folder, ['annotated.ts'], setting, options)).faults)
    }
    return 'a program that names every type compiles'
  })
}

async function checkRuns(report: Report, project: Project, packages: readonly Packed[]): Promise<void> {
  const { length } = packages.flatMap(entriesOf)
  await report.check('Node', async () => {
    await runPrograms(project, programs)
    await importEntries(project, packages)
    return `${process.version} runs ${programs.join(' and ')} and imports ${length} entries without a trace`
  })
  await report.check('CommonJS', async () => {
    if (!canRequireModules()) return `${process.version} cannot require ES modules: not checked`
    await runPrograms(project, ['commonjs.cts'])
    await requireEntries(project, packages)
    return `${process.version} runs commonjs.cts and requires ${length} entries`
  })
}

async function checkBundles(report: Report, project: Project, entries: readonly Entry[]): Promise<void> {
  const features = featureNames(workspace)
  const base = await bundle(project, `export { createProvider } from '@oauth/core'`)
  if (process.argv.includes('--update-sizes')) commitSize('createProvider', base)
  await report.check('bundle: createProvider', async () => compareSize(base, committedSize('createProvider')))
  await report.check('bundle: features', async () => {
    report.fail(baseFaults(base))
    return `the base holds none of their modules and words (${features.length} features)`
  })
  for (const feature of features) {
    await report.check(`bundle: ${feature}`, async () => {
      report.fail(await featureFaults(project, entries, feature))
      return 'has its words, and nothing of another feature'
    })
  }
  await report.check('bundle: sideEffects', async () => {
    report.fail(await entriesWithSideEffects(project, entries))
    return `${entries.length} entries, imported for nothing, leave nothing`
  })
}

const report = createReport()
// Use a directory outside the workspace, so that Node finds no modules of the workspace in its parents.
const directory = mkdtempSync(join(realpathSync(tmpdir()), 'oauth-consumer-'))
try {
  const packages = await checkTarballs(report, directory)
  const entries = packages.flatMap(entriesOf)
  const project = await installTarballs(packages, workspace, mkdtempSync(join(directory, 'project-')))
  cpSync(programsFolder, project.folder, { recursive: true })
  await checkTypes(report, project, entries)
  await checkRuns(report, project, packages)
  await checkBundles(report, project, entries)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
process.exitCode = report.end()
