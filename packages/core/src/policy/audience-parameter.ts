import { findResource, isSameResource } from '../protocol/resource.ts'

/** The part of the configuration that decides what the parameter `audience` means. */
export interface AudiencePolicy {
  readonly audienceParameter: 'resource' | 'ignore'
  readonly validAudiences: readonly string[]
}

/** What becomes of the parameter `audience` of a request. */
export interface AudienceVerdict {
  /** The resources that the request asks for. */
  readonly resources: readonly string[]
  /** The first audience that was ignored, and what to change. */
  readonly ignored?: { readonly audience: string; readonly problem: string }
}

/**
 * Decides what becomes of `audience`. With the option `audienceParameter` each audience that names a resource of the
 * server counts as `resource`. A request with `resource` has said what it wants: `audience` adds nothing to it.
 * @param audiences the values of the parameter `audience`, at least one
 * @param resources the values of the parameter `resource`
 */
export function judgeAudience(
  audiences: readonly string[],
  resources: readonly string[],
  { audienceParameter, validAudiences }: AudiencePolicy,
): AudienceVerdict {
  if (resources.length > 0) {
    const other = audiences.find((audience) => !resources.some((resource) => isSameResource(resource, audience)))
    return { resources, ...ignored(other, 'the request also has resource, which counts: leave one of them out') }
  }
  const unknown = audiences.find((audience) => findResource(validAudiences, audience) === undefined)
  const unknownProblem = 'the option validAudiences does not have it: add it there, or change the client'
  if (audienceParameter === 'ignore') {
    const known = `the server ignores audience: set the option audienceParameter to 'resource', or let the client send resource`
    const [first] = audiences
    return { resources, ...(unknown === undefined ? ignored(first, known) : ignored(unknown, unknownProblem)) }
  }
  const named = audiences.filter((audience) => findResource(validAudiences, audience) !== undefined)
  return { resources: named, ...ignored(unknown, unknownProblem) }
}

function ignored(audience: string | undefined, problem: string): Pick<AudienceVerdict, 'ignored'> {
  return audience === undefined ? {} : { ignored: { audience, problem } }
}
