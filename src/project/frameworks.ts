/** Frameworks by the dependency that gives them away. */

export type FrameworkTable = readonly (readonly [dependency: string, framework: string])[];

export const NODE_FRAMEWORKS: FrameworkTable = [
  ['next', 'next'],
  ['nuxt', 'nuxt'],
  ['astro', 'astro'],
  ['@sveltejs/kit', 'sveltekit'],
  ['@remix-run/dev', 'remix'],
  ['@react-router/dev', 'react-router'],
  ['@tanstack/react-start', 'tanstack-start'],
  ['@angular/core', 'angular'],
  ['gatsby', 'gatsby'],
  ['@nestjs/core', 'nest'],
  ['vite', 'vite'],
  ['webpack', 'webpack'],
  ['parcel', 'parcel'],
  ['@rsbuild/core', 'rsbuild'],
  ['storybook', 'storybook'],
  ['react', 'react'],
  ['vue', 'vue'],
  ['svelte', 'svelte'],
  ['solid-js', 'solid'],
  ['preact', 'preact'],
  ['express', 'express'],
  ['fastify', 'fastify'],
  ['koa', 'koa'],
  ['hono', 'hono'],
  ['elysia', 'elysia'],
  ['electron', 'electron'],
  ['expo', 'expo'],
];

export const PYTHON_FRAMEWORKS: FrameworkTable = [
  ['django', 'django'],
  ['flask', 'flask'],
  ['fastapi', 'fastapi'],
  ['starlette', 'starlette'],
  ['streamlit', 'streamlit'],
  ['ruff', 'ruff'],
  ['pytest', 'pytest'],
];

export const GO_FRAMEWORKS: FrameworkTable = [
  ['github.com/gin-gonic/gin', 'gin'],
  ['github.com/labstack/echo', 'echo'],
  ['github.com/gofiber/fiber', 'fiber'],
  ['github.com/go-chi/chi', 'chi'],
  ['github.com/gorilla/mux', 'gorilla'],
];

export const RUST_FRAMEWORKS: FrameworkTable = [
  ['axum', 'axum'],
  ['actix-web', 'actix-web'],
  ['rocket', 'rocket'],
  ['warp', 'warp'],
  ['leptos', 'leptos'],
  ['tauri', 'tauri'],
];

export const RUBY_FRAMEWORKS: FrameworkTable = [
  ['rails', 'rails'],
  ['sinatra', 'sinatra'],
  ['hanami', 'hanami'],
  ['jekyll', 'jekyll'],
];

export const PHP_FRAMEWORKS: FrameworkTable = [
  ['laravel/framework', 'laravel'],
  ['symfony/framework-bundle', 'symfony'],
];

export const JAVA_FRAMEWORKS: FrameworkTable = [
  ['spring-boot', 'spring-boot'],
  ['org.springframework.boot', 'spring-boot'],
  ['quarkus', 'quarkus'],
  ['micronaut', 'micronaut'],
];

export const DOTNET_FRAMEWORKS: FrameworkTable = [['Microsoft.NET.Sdk.Web', 'aspnet']];

/** Frameworks whose dependency is named, in the order of the table. */
export function frameworksOf(table: FrameworkTable, dependencies: readonly string[]): string[] {
  const named = new Set(dependencies.map((name) => name.toLowerCase()));
  return table.filter(([dependency]) => named.has(dependency.toLowerCase())).map(([, framework]) => framework);
}

/** As above, for files that are searched rather than parsed. */
export function frameworksIn(table: FrameworkTable, source: string): string[] {
  return [...new Set(table.filter(([dependency]) => source.includes(dependency)).map(([, framework]) => framework))];
}
