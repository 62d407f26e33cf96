/* Judges a token by its first letters, for tests: not for anything else. */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/oauth.h"

PG_MODULE_MAGIC;

static bool
judge(const ValidatorModuleState *state, const char *token, const char *role,
	  ValidatorModuleResult *result)
{
	if (strncmp(token, "broken", 6) == 0)
		return false;
	result->authorized = strncmp(token, "wrong", 5) != 0;
	if (strncmp(token, "nobody", 6) != 0)
		result->authn_id = pstrdup(strncmp(token, "other", 5) == 0 ? "other" : role);
	return true;
}

static const OAuthValidatorCallbacks callbacks = {
	PG_OAUTH_VALIDATOR_MAGIC, .validate_cb = judge
};

const OAuthValidatorCallbacks *
_PG_oauth_validator_module_init(void)
{
	return &callbacks;
}
