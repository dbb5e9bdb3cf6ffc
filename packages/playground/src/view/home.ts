import type { Flow } from '../flows/flow.ts'
import { h } from './h.ts'

const groups = ['Sign in', 'Without a browser', 'Stronger', 'Life of a token'] as const

/** The first page: what this is, one big first step, and all flows. */
export function homeView(flows: readonly Flow[]): HTMLElement {
  const [first] = flows
  return h(
    'main',
    { class: 'home', id: 'main' },
    h(
      'section',
      { class: 'hero' },
      h('p', { class: 'kicker' }, 'OAuth 2.1 and OpenID Connect, request by request'),
      h('h1', { tabindex: '-1' }, 'A whole authorization server, in this tab'),
      h(
        'p',
        { class: 'lead' },
        'Send each request of a sign-in, read the answer decoded, look into the server, and attack it. There is no backend: nothing leaves this page.',
      ),
      first !== undefined &&
        h(
          'a',
          { class: 'primary big', href: `#/${first.id}` },
          `Start: ${first.title.toLowerCase()}`,
          h('span', { 'aria-hidden': 'true' }, ' →'),
        ),
      picture(),
    ),
    groups.map((group) =>
      h(
        'section',
        { class: 'group' },
        h('h2', {}, group),
        h(
          'ul',
          { class: 'cards' },
          flows
            .filter((flow) => flow.group === group)
            .map((flow) =>
              h(
                'li',
                {},
                h(
                  'a',
                  { href: `#/${flow.id}`, class: 'card' },
                  h('strong', {}, flow.title),
                  h('span', {}, flow.summary),
                ),
              ),
            ),
        ),
      ),
    ),
    h(
      'footer',
      {},
      h(
        'p',
        {},
        'The server is ',
        h('code', {}, '@oauth/core'),
        ' with ',
        h('code', {}, 'memoryStorage()'),
        ', unchanged. Addresses such as ',
        h('code', {}, 'id.example.com'),
        ' exist only here. When you close the tab, everything is gone.',
      ),
    ),
  )
}

/** A small picture of what the pages show: lanes and arrows. It says nothing that the text does not. */
function picture(): HTMLElement {
  const rows = [
    ['browser', 'server', 'GET /authorize'],
    ['server', 'browser', '302 code=…'],
    ['app', 'server', 'POST /token'],
    ['server', 'app', '200 access_token'],
    ['app', 'server', 'the same code again'],
    ['server', 'app', '400 invalid_grant'],
  ] as const
  return h(
    'div',
    { class: 'picture', 'aria-hidden': 'true' },
    h(
      'div',
      { class: 'lanes heads' },
      ['App', 'Browser', 'Server'].map((name) => h('span', {}, name)),
    ),
    rows.map(([from, to, text], index) =>
      h(
        'div',
        { class: `lanes ${index > 3 ? 'attack' : ''}` },
        h('span', { class: 'arrow', 'data-from': from, 'data-to': to }, h('i', {}, text)),
      ),
    ),
  )
}
