/** A folder of programs in one language. */
export interface Language {
  /** The folder below `checks/interop`, which has two bash scripts: `setup` installs the pinned libraries, `check` runs. */
  readonly name: string
  /** The heading in the documentation. */
  readonly title: string
  /** What the machine must have: commands, and files by their whole path. */
  readonly needs: readonly string[]
  /** Whether its `setup` compiles for minutes the first time. Such a language begins before the others. */
  readonly compiles?: true
}

/** In the order of the documentation. */
export const languages: readonly Language[] = [
  { name: 'node', title: 'JavaScript', needs: ['node', 'npm'] },
  { name: 'python', title: 'Python', needs: ['python3', 'pip3'] },
  { name: 'go', title: 'Go', needs: ['go'], compiles: true },
  { name: 'rust', title: 'Rust', needs: ['cargo'], compiles: true },
  { name: 'java', title: 'Java', needs: ['java', 'mvn'] },
  {
    name: 'apache',
    title: 'Apache',
    needs: [
      '/usr/sbin/apache2',
      '/usr/lib/apache2/modules/mod_auth_openidc.so',
      '/usr/lib/apache2/modules/mod_oauth2.so',
    ],
  },
]
