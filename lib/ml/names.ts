/**
 * Names of well-known coins and exchanges, and the codes that are also everyday words.
 *
 * @module
 */

/** Codes and the names that coins go by, comma-separated; general knowledge. */
export const coinNames: Readonly<Record<string, string>> = {
  BTC: "Bitcoin,BitCoin",
  ETH: "Ethereum,Ether",
  XRP: "Ripple",
  SOL: "Solana",
  BNB: "Binance Coin",
  DOGE: "Dogecoin",
  ADA: "Cardano",
  TRX: "Tron",
  TON: "Toncoin",
  AVAX: "Avalanche",
  DOT: "Polkadot",
  KSM: "Kusama",
  MATIC: "Polygon",
  LTC: "Litecoin",
  BCH: "Bitcoin Cash",
  BSV: "Bitcoin SV",
  ETC: "Ethereum Classic",
  LINK: "Chainlink",
  SHIB: "Shiba Inu",
  PEPE: "Pepe coin",
  XLM: "Stellar,Stellar Lumens",
  XMR: "Monero",
  ZEC: "Zcash",
  DASH: "Dash",
  ATOM: "Cosmos",
  NEAR: "Near Protocol,Near",
  ALGO: "Algorand",
  XTZ: "Tezos",
  EOS: "EOS",
  NEO: "Neo",
  VET: "VeChain",
  HBAR: "Hedera",
  ICP: "Internet Computer,Dfinity",
  FIL: "Filecoin",
  APT: "Aptos",
  SUI: "Sui",
  SEI: "Sei",
  INJ: "Injective",
  ARB: "Arbitrum",
  OP: "Optimism",
  FTM: "Fantom",
  EGLD: "MultiversX,Elrond",
  THETA: "Theta Network",
  MANA: "Decentraland",
  SAND: "Sandbox,The Sandbox",
  AXS: "Axie Infinity",
  APE: "ApeCoin",
  GALA: "Gala Games",
  CHZ: "Chiliz",
  GRT: "The Graph",
  LUNA: "Terra",
  LUNC: "Terra Classic",
  UST: "TerraUSD",
  FTT: "FTX Token",
  CRO: "Cronos",
  QNT: "Quant",
  HYPE: "Hyperliquid",
  KAS: "Kaspa",
  TAO: "Bittensor",
  WIF: "Dogwifhat",
  BONK: "Bonk",
  FLOKI: "Floki",
  RUNE: "THORChain",
  WAVES: "Waves",
  IOTA: "Iota",
  ZIL: "Zilliqa",
  BAT: "Basic Attention Token",
  ENJ: "Enjin",
  STX: "Stacks",
  MINA: "Mina Protocol",
  CELO: "Celo",
  USDT: "Tether",
  USDC: "USD Coin",
  DAI: "Dai",
  BUSD: "Binance USD",
  UNI: "",
  AAVE: "",
  MKR: "",
  CRV: "",
  COMP: "",
  SNX: "",
  SUSHI: "",
  CAKE: "",
  YFI: "",
  LDO: "",
  "1INCH": "",
};

/** Exchanges by their key, and the names they go by, comma-separated. */
export const exchangeNames: Readonly<Record<string, string>> = {
  binance: "Binance,Binance.US",
  coinbase: "Coinbase",
  kraken: "Kraken",
  bitfinex: "Bitfinex",
  bitstamp: "Bitstamp",
  bybit: "Bybit",
  okx: "OKX,OKEx",
  kucoin: "KuCoin",
  huobi: "Huobi,HTX",
  gate: "Gate.io",
  gemini: "Gemini",
  ftx: "FTX",
  bitmex: "BitMEX",
  deribit: "Deribit",
  upbit: "Upbit",
  bithumb: "Bithumb",
  crypto_com: "Crypto.com",
  bitget: "Bitget",
  mexc: "MEXC",
  bitflyer: "bitFlyer",
  coincheck: "Coincheck",
  poloniex: "Poloniex",
  bittrex: "Bittrex",
  robinhood: "Robinhood",
  cme: "CME",
  mt_gox: "Mt. Gox,Mt Gox,MtGox",
  btcturk: "BtcTurk",
  paribu: "Paribu",
};

/** Protocols known before a source named them, by their key. */
export const protocolNames: Readonly<Record<string, string>> = {
  aave: "Aave",
  uniswap: "Uniswap",
  curve: "Curve Finance",
  makerdao: "MakerDAO",
  compound: "Compound Finance",
  lido: "Lido",
  sushiswap: "SushiSwap",
  pancakeswap: "PancakeSwap",
  yearn: "Yearn,Yearn Finance",
  eigenlayer: "EigenLayer",
  synthetix: "Synthetix",
  balancer: "Balancer",
  gmx: "GMX",
  dydx: "dYdX",
};

/** Names and codes that are everyday words or other abbreviations; they need company. */
export const ambiguousWords: ReadonlySet<string> = new Set(
  ("one link near a us in 4 i pm am to the and at as is it on of or an be by do go if me my no so up we " +
    "ada dot atom sand rose gas key fun time win pay play cake step gala mask moon safe theta " +
    "waves dash iota bat ape chz op arb ton apt sei sui mina neo icp id ai dao defi nft etf ipo " +
    "sec fed usa uk eu ceo cfo cto api app art data hot hype join just lend life live loom mana " +
    "mass meme mind more mtv next nano omg ong orca oxt pearl people perp pixel portal pond pro " +
    "prom quick rad ray real reef render request ren rise rune sky slp snap spell stack stacks " +
    "star super sun sure swap sweat sync t tao tech titan token tribe troy tru trump tw uma uni " +
    "union unit vet vib view voxel waxp well wing yes zen zero ach acid act aergo alpha alt amp any " +
    "arc ark astr auction bar base beam bell big bit blur bond burger card cat celo chess city clv " +
    "coin combo comp cook core cream crv cult cyber degen dent dia dock doge edu ens epic ern eth " +
    "fantom farm fast fire fit flm flow for forth front ftt game gift glm gods gold gtc hard high " +
    "hook hive home horse ice idea index inj iost iq jam jto jup kda keep land lever lina lit loka " +
    "looks lpt magic main maker mark max mc mir mob multi nap new nfp not ntrn nuls ocean og om oil " +
    "open out pda pet phb plan pump push pyth qi quant quiz rare rdnt rei rlc ron scrt sent sea " +
    "sfp shell sol spa spot ssv storm strong sys tap tko tlm topic trb tree tusd unfi use usd usual " +
    "value vite volt w win woo world xai you compound curve balancer stellar cosmos avalanche gemini " +
    "sandbox polygon optimism terra tron ripple near gate base sky frax tether dai vertex stake " +
    "convex instadapp notional rocket venus alpaca beefy harvest badger liquity euler morpho spark " +
    "radiant benqi camelot drift jupiter orca meteora marinade solend port apollo mango soda echelon")
    .split(" ").filter((word) => word !== "doge" && word !== "eth" && word !== "sol"),
);

/** Words that show that a text is about crypto. */
export const cryptoWords: ReadonlySet<string> = new Set(
  ("crypto cryptocurrency cryptocurrencies token tokens coin coins altcoin altcoins blockchain " +
    "stablecoin stablecoins defi nft nfts dao dex tvl staking wallet wallets mainnet testnet " +
    "airdrop protocol web3 memecoin memecoins onchain satoshi hashrate miners halving whale whales " +
    "listing listed lists etf usdt usdc swap liquidity bridge")
    .split(" "),
);
