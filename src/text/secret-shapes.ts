/** Secrets that are known by their own shape, whatever stands beside them. Each begins at an edge, so that a scan stays linear. */

/** Lines without any of these hold no such secret. */
export const SHAPE_HINT =
  /:\/\/[^\s/?#@]*@|eyJ|A[KSBC][IC]A|gh[pousr]_|github_pat_|glpat-|xox[a-z]-|xapp-|hooks\.slack|AIza|ya29\.|GOCSPX|[sr]k_|whsec_|sk-|npm_|pypi-|hf_|SG\.|SK[0-9a-f]|do[opr]_v1_|shp[a-z]{2}_|lin_api_|dapi|\d:AA|[Bb]earer|BEARER/;

const SHAPES = [
  // JSON Web Token (RFC 7519): a header and a body in base64url, both JSON objects, then a signature.
  'eyJ[\\w-]{5,}\\.[\\w-]{4,}\\.[\\w-]*',
  // AWS access key id
  'A(?:KI|SI|BI|CC)A[A-Z0-9]{16}(?![A-Za-z0-9])',
  // GitHub, GitLab
  'gh[pousr]_[A-Za-z0-9]{30,255}',
  'github_pat_\\w{22,255}',
  'glpat-[\\w-]{20,}',
  // Slack
  'xox[a-z]-[A-Za-z0-9-]{10,}',
  'xapp-[A-Za-z0-9-]{10,}',
  // Google API key, OAuth token, OAuth client secret
  'AIza[\\w-]{30,}',
  'ya29\\.[\\w-]{20,}',
  'GOCSPX-[\\w-]{20,}',
  // Stripe
  '[sr]k_(?:live|test)_[A-Za-z0-9]{10,}',
  'whsec_[A-Za-z0-9+/=]{16,}',
  // OpenAI, Anthropic and those that follow them
  'sk-[\\w-]{20,}',
  // npm, PyPI, Hugging Face, SendGrid, Twilio, DigitalOcean, Shopify, Linear, Databricks, Telegram
  'npm_[A-Za-z0-9]{30,}',
  'pypi-[\\w-]{40,}',
  'hf_[A-Za-z0-9]{30,}',
  'SG\\.[\\w-]{16,}\\.[\\w-]{16,}',
  'SK[0-9a-f]{32}',
  'do[opr]_v1_[a-f0-9]{40,}',
  'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}',
  'lin_api_[A-Za-z0-9]{30,}',
  'dapi[a-f0-9]{32}',
  '\\d{8,10}:AA[\\w-]{32,}',
];
const KNOWN = new RegExp(`(?<![\\w-])(?:${SHAPES.join('|')})`, 'g');
const SLACK_HOOK = /(hooks\.slack\.com\/(?:services|workflows)\/)([\w/]{10,})/g;
// RFC 6750. The word alone is too common in prose: what follows must have a digit and some length.
const BEARER = /(?<![\w-])(bearer +)(?=[a-z._~+/=-]*\d)([\w.~+/-]{16,}=*)/gi;
// RFC 3986 §3.2.1. From `://` on, so that no scheme has to be looked for; the last `@` before the path ends the userinfo.
const USERINFO = /(:\/\/)([^\s/?#"'`<>]*)@/g;

/** `text` with each known secret replaced by what `hide` makes of it. */
export function hideShapes(text: string, hide: (secret: string) => string): string {
  return text
    .replace(USERINFO, (whole, start: string, userinfo: string) => {
      const colon = userinfo.indexOf(':');
      const secret = userinfo.slice(colon + 1);
      // A user without a password is a name (`ssh://git@…`), unless it is too long to be one.
      if (secret === '' || (colon < 0 && secret.length < 20)) return whole;
      return `${start}${userinfo.slice(0, colon + 1)}${hide(secret)}@`;
    })
    .replace(BEARER, (_, start: string, secret: string) => start + hide(secret))
    .replace(SLACK_HOOK, (_, start: string, secret: string) => start + hide(secret))
    .replace(KNOWN, hide);
}
