/** Why a path is no project directory. */

export type ProjectErrorCode = 'not_found' | 'invalid_argument' | 'permission_denied';

export class ProjectError extends Error {
  override readonly name: string = 'ProjectError';
  readonly code: ProjectErrorCode;
  readonly path: string;

  constructor(code: ProjectErrorCode, path: string, why: string) {
    super(`${path} ${why}`);
    this.code = code;
    this.path = path;
  }
}
