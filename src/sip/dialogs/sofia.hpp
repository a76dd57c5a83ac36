#pragma once
// The SIP library, with our types behind its callbacks. Only dialogs/ includes this.

namespace otklik::sip {
class Dialogs;
struct Branch;
}  // namespace otklik::sip

#define SU_ROOT_MAGIC_T otklik::sip::Dialogs
#define SU_TIMER_ARG_T otklik::sip::Dialogs
#define SU_MSG_ARG_T otklik::sip::Dialogs*
#define NUA_MAGIC_T otklik::sip::Dialogs
#define NUA_HMAGIC_T otklik::sip::Branch

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/nua.h>
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_extra.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/sip_util.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/su_tag.h>
#include <sofia-sip/su_wait.h>
#include <sofia-sip/tport_tag.h>
#include <sofia-sip/url.h>
