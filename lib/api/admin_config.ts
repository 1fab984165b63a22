/**
 * Settings as an operator sees and puts them while everything runs.
 *
 * @module
 */
import { createRoute, type z } from "@hono/zod-openapi";
import { configChangeSchema, configCheckSchema, configSchema } from "../contracts/config.ts";
import { BadRequestError, ServiceUnavailableError } from "../contracts/errors.ts";
import { SettingsError, type SettingsFile } from "../settings.ts";
import type { ApiDeps } from "./deps.ts";
import { requireOperator } from "./operator.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

/** What is in force, as it is told. */
export type ConfigView = z.infer<typeof configSchema>;
/** Texts to put; null takes the copy of a file away. */
export type ConfigChange = { [F in SettingsFile]?: string | null | undefined };

/** Where the settings are looked at and put. */
export interface ConfigDesk {
  describe(): Promise<ConfigView>;
  /** @throws {SettingsError} If the settings could not be used with this change. */
  check(change: ConfigChange): Promise<void>;
  /** Takes a change over for every process. @throws {SettingsError} If it cannot be used. */
  put(change: ConfigChange): Promise<ConfigView>;
}

const path = "/api/v1/admin/config";
const tags = ["administration"];
const request = {
  body: { required: true, content: { "application/json": { schema: configChangeSchema } } },
};

const getRoute = createRoute({
  method: "get",
  path,
  tags,
  summary: "The settings in force, where they came from, and why newer ones were refused",
  responses: { ...describeAnswers(configSchema, "The settings"), ...unavailable },
});
const putRoute = createRoute({
  method: "put",
  path,
  tags,
  summary: "Puts a copy of a settings file that goes before the file, for every process",
  request,
  responses: { ...describeAnswers(configSchema, "The settings as they now are"), ...unavailable },
});
const checkRoute = createRoute({
  method: "post",
  path: `${path}/check`,
  tags,
  summary: "Says whether texts could be used, and changes nothing",
  request,
  responses: { ...describeAnswers(configCheckSchema, "They can be used"), ...unavailable },
});

/** Binds the settings. */
export function bindAdminConfig(api: Api, deps: ApiDeps & { config?: ConfigDesk }): void {
  for (const guarded of [path, `${path}/*`]) api.use(guarded, requireOperator(deps));
  const need = () => {
    if (deps.config) return deps.config;
    throw new ServiceUnavailableError("Cannot tell the settings: this process has none");
  };
  api.openapi(getRoute, async (c) => c.json(await need().describe(), 200));
  api.openapi(putRoute, async (c) => {
    const change = c.req.valid("json");
    return c.json(await refuseUnusable(() => need().put(change)), 200);
  });
  api.openapi(checkRoute, async (c) => {
    const change = c.req.valid("json");
    await refuseUnusable(() => need().check(change));
    return c.json({ isUsable: true as const }, 200);
  });
}

/** What cannot be used is the sender's mistake; the pointer names the file. */
async function refuseUnusable<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const { message, file } = error;
    throw new BadRequestError(message, [{ pointer: `/${file}`, detail: message }]);
  }
}
