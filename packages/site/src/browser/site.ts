import { connectMenu } from './menu.ts'
import { connectSearch } from './search.ts'
import { connectThemeSwitch } from './theme-switch.ts'

connectThemeSwitch()
connectMenu()
connectSearch()
