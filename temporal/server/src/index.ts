export {
  findTemporalCli,
  TemporalNotFoundError,
  type FindTemporalCliParams,
  type TemporalCli,
} from './find-cli.ts';
export { TEMPORAL_CLI_VERSION } from './pins.ts';
export { prepareServer, TemporalUnfitError, type PrepareServerParams } from './prepare-server.ts';
export {
  DYNAMIC_CONFIG,
  RETENTION_SECONDS,
  SEARCH_ATTRIBUTES,
  serverArguments,
  type ServerArgumentsParams,
} from './server-arguments.ts';
