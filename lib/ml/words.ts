/**
 * Words of financial and crypto headlines with the direction they give, named by their base form.
 *
 * Weights are general knowledge: 1 is plain good or bad news, 2 strong, 0.4 a hint. No word is the
 * name of a company, coin or person: who is meant does not decide whether news is good.
 *
 * @module
 */

/** Verbs by weight; all their regular forms count. */
export const verbWeights: readonly (readonly [number, string])[] = [
  [2, "surge soar skyrocket rally rocket"],
  [
    1.4,
    "jump climb gain rebound recover rise spike outperform thrive win triumph approve legalize " +
    "legalise upgrade beat exceed double triple quadruple moon",
  ],
  [
    1,
    "launch raise partner integrate expand adopt accept boost grow acquire unveil back secure " +
    "support invest buy enable debut improve accelerate attract pump accumulate embrace endorse " +
    "tap team collaborate bring allow open offer add top surpass hit reach cross earn advance " +
    "strengthen welcome greenlight resume restore roll introduce release donate sponsor snap nab " +
    "close power progress settle bag net pour pass",
  ],
  [
    0.5,
    "join build create plan file seek sign explore consider eye test start begin develop deploy " +
    "hire move make lead turn list migrate merge bet praise predict",
  ],
  [-2, "plunge plummet crash collapse tumble crater implode hack exploit steal"],
  [
    -1.5,
    "fall drop sink slump slide tank dump lose sue ban delist suspend halt liquidate scam arrest " +
    "indict defraud drain seize convict jail bankrupt default",
  ],
  [
    -1.1,
    "decline dip slip retreat warn accuse charge fine reject delay shut freeze block fail miss " +
    "suffer downgrade cut slash fear threaten penalize sanction investigate probe prohibit " +
    "restrict condemn allege violate struggle stumble blame bleed breach leak crack criticize " +
    "criticise slam lash mislead disrupt phish extort launder abandon withdraw deny worry",
  ],
  [
    -0.6,
    "question challenge concern pressure remove cancel postpone ease weaken lag cool limit " +
    "dismiss oppose doubt quit resign leave exit face burn bar hurt weigh sell short pause",
  ],
];

/** Other words by weight, as they stand; plurals in s count too. */
export const wordWeights: readonly (readonly [number, string])[] = [
  [2, "skyrocketing bullish breakout"],
  [
    1.4,
    "profit record rose risen won grew best highest strong stronger successful success breakthrough " +
    "milestone approval recovery optimistic optimism upbeat boom booming gainer",
  ],
  [
    1,
    "funding partnership valuation adoption growth higher high upside rewards grant investment " +
    "bought seed stake staking backing expansion raised inflow inflows accumulation mainstream " +
    "first largest biggest leading new million billion trillion positive good better winning " +
    "innovation upturn undervalued oversold surplus outperformance dividend buyback acquisition " +
    "collaboration donation revenue",
  ],
  [0.5, "digital now more app platform support ahead round top unicorn institutional ready via"],
  [
    -2,
    "hacker hack exploit exploiter scam fraud ponzi bankruptcy bankrupt insolvency insolvent theft",
  ],
  [
    -1.5,
    "bearish fell fallen lost stolen loss losses lawsuit crackdown attack attacker victim plea " +
    "indictment crime criminal scheme fugitive rugpull heist crash plunging bubble meltdown turmoil " +
    "crisis contagion panic selloff sanctions terrorism ransomware malware fraudster scammer guilty " +
    "illegal liquidation liquidations worst depeg depegged",
  ],
  [
    -1,
    "lower low lowest weak weaker bad worse negative bug vulnerability vulnerable flaw outage " +
    "downtime complaint penalty violation misconduct unregistered unlicensed illicit suspicious " +
    "investigation warning risk risky tighter downturn recession bear outflow outflows " +
    "shortfall debt layoff layoffs blow concern uncertainty volatile turbulence trouble troubled " +
    "phishing laundering tax speculative correction backlash fake death dead delay delisting error " +
    "overvalued overbought deficit",
  ],
  [-0.5, "regulator regulators police court prosecutor subpoena probe scrutiny dispute fork down"],
];

/** Irregular forms of the verbs above, with the base they belong to. */
export const irregularForms: Readonly<Record<string, string>> = {
  froze: "freeze",
  frozen: "freeze",
  shrank: "decline",
  shed: "lose",
  sold: "sell",
  sank: "sink",
  sunk: "sink",
  stole: "steal",
  sought: "seek",
  led: "lead",
  built: "build",
  left: "leave",
  began: "begin",
  hits: "hit",
  bets: "bet",
  brought: "bring",
  slid: "slide",
  withdrew: "withdraw",
};

/** They turn the next words of feeling around: `not`, and what undoes something. */
export const negations: readonly string[] = (
  "not no never without neither nor cannot cant wont isnt arent doesnt dont didnt wasnt " +
  "unlikely hardly fails failed fail refuses stops unable lacks lack denies denied"
).split(" ");

/** They undo a bad thing: `lifts ban`, `recovers stolen funds`. Good things after them stay good. */
export const relievers: readonly string[] = (
  "lift lifts lifted lifting recover recovers recovered avoid avoids avoided dismiss " +
  "dismisses dismissed drops dropped fix fixes fixed patch patches patched prevent " +
  "prevents prevented fights fight combat tackle resolve resolves resolved overcome " +
  "overcomes refund refunds returns returned returning escape escapes shrug shrugs " +
  "despite narrows denies denied refutes rejects ends cuts cut reduces reduce defends " +
  "anti recoup stop stops"
).split(" ");

/** What a relieving verb only undoes when one of these follows (others, as `drops`, are bad news). */
export const relievable: readonly string[] = (
  "ban bans lawsuit lawsuits charges charge case fraud stolen hack bug bugs " +
  "vulnerability flaw loss losses crime criminals scam scams exploit crash probe " +
  "investigation sanctions restrictions fees fee fears attack attacks ransomware " +
  "laundering theft debt claims allegations delisting suspension freeze risk risks " +
  "costs fine hacked inflation concerns downturn crackdown volatility rumors rumours " +
  "dip slump"
).split(" ");

/** They make the next word stronger or weaker. */
export const modifiers: Readonly<Record<string, number>> = {
  massive: 1.4,
  huge: 1.4,
  sharply: 1.5,
  sharp: 1.3,
  major: 1.2,
  biggest: 1.2,
  significantly: 1.3,
  heavily: 1.3,
  strongly: 1.3,
  deeply: 1.3,
  soaring: 1.3,
  slightly: 0.5,
  modestly: 0.6,
  partially: 0.6,
  may: 0.6,
  might: 0.5,
  could: 0.6,
  would: 0.7,
  should: 0.6,
  possible: 0.6,
  potential: 0.7,
  rumored: 0.5,
  likely: 0.8,
  allegedly: 0.8,
};

/** Openings of headlines that ask or explain, and so take no side. */
export const explainers: readonly string[] = (
  "how why what when who where which can will is are does do should explained explainer " +
  "guide opinion interview podcast recap"
).split(" ");
