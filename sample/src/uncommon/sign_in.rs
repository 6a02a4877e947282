//! Sign-ins to the console.

use crate::dice::derive;
use crate::generator::Draw;
use crate::ids::{push_address, push_hex, push_key};
use crate::record::Draft;
use crate::uncommon::{append, begin};
use crate::words;

const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

/// Writes a sign-in to the console: of an IAM user, an unknown one, or root.
pub(crate) fn write_sign_in(draw: &mut Draw<'_>, draft: &mut Draft) {
    begin(draw, "us-east-1", draft);
    let account = &draw.account.id;
    let failed = draw.dice.per_mille(220);
    let unknown = failed && draw.dice.per_mille(300);
    let root = !unknown && draw.dice.per_mille(60);
    let mut name = String::new();
    let number = draw.dice.below(40) as u64;
    words::push_person(&mut name, number);
    let seed = derive(draw.dice.roll(), number);
    let out = &mut draft.identity;
    if root {
        append(
            out,
            format_args!(
                r#"{{"type":"Root","principalId":"{account}","arn":"arn:aws:iam::{account}:root","accountId":"{account}","accessKeyId":""}}"#
            ),
        );
    } else if unknown {
        append(
            out,
            format_args!(
                r#"{{"type":"IAMUser","accountId":"{account}","accessKeyId":"","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}}"#
            ),
        );
    } else {
        out.push_str(r#"{"type":"IAMUser","principalId":""#);
        push_key(out, "AIDA", 10, derive(9, number));
        append(
            out,
            format_args!(
                r#"","arn":"arn:aws:iam::{account}:user/{name}","accountId":"{account}","userName":"{name}"}}"#
            ),
        );
    }
    draft.source.push_str("signin.amazonaws.com");
    draft.name.push_str("ConsoleLogin");
    push_address(&mut draft.ip, derive(3, number));
    draft.agent.push_str(BROWSER);
    draft.event_type = "AwsConsoleSignIn";
    draft.version = "1.11";
    if failed {
        draft.error_message.push_str(if unknown {
            "No username found in supplied account"
        } else {
            "Failed authentication"
        });
    }
    draft.response.push_str(if failed {
        r#"{"ConsoleLogin":"Failure"}"#
    } else {
        r#"{"ConsoleLogin":"Success"}"#
    });
    let mfa = if draw.dice.per_mille(850) {
        "Yes"
    } else {
        "No"
    };
    append(
        &mut draft.additional,
        format_args!(
            r#"{{"LoginTo":"https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&state=hashArgsFromTB_{}_{}","MobileVersion":"No","MFAUsed":"{mfa}"}}"#,
            draw.region,
            {
                let mut tail = String::new();
                push_hex(&mut tail, seed, 16);
                tail
            }
        ),
    );
    draft.hybrid = true;
    draft.host.push_str("us-east-1.signin.aws.amazon.com");
}
