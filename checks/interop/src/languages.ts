/** A folder of programs in one language. */
export interface Language {
  /** The folder below `checks/interop`, which has two bash scripts: `setup` installs the pinned libraries, `check` runs. */
  readonly name: string
  /** The heading in the documentation. */
  readonly title: string
  /** The commands that the machine must have. */
  readonly needs: readonly string[]
}

export const languages: readonly Language[] = [
  { name: 'node', title: 'JavaScript', needs: ['node', 'npm'] },
  { name: 'python', title: 'Python', needs: ['python3'] },
  { name: 'go', title: 'Go', needs: ['go'] },
  { name: 'rust', title: 'Rust', needs: ['cargo'] },
  { name: 'java', title: 'Java', needs: ['java', 'mvn'] },
  { name: 'apache', title: 'Apache', needs: ['apache2ctl'] },
]
