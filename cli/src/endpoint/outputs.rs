//! What a deployed stack says about itself.

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;

use super::with_causes;
use crate::failure::Failure;

/// Reads an output of a CloudFormation stack, such as `ApiUrl`.
pub(crate) async fn output(config: &SdkConfig, stack: &str, name: &str) -> Result<String, Failure> {
    let Some(region) = config.region() else {
        return Err(Failure::usage(
            "the stack's Region is not known: give --aws-region",
        ));
    };
    let described = Client::new(config)
        .describe_stacks()
        .stack_name(stack)
        .send()
        .await;
    let stacks = described.map_err(|error| {
        let reason = match (error.code(), error.message()) {
            (_, Some(message)) => message.to_owned(),
            (Some(code), None) => code.to_owned(),
            (None, None) => with_causes(&error),
        };
        Failure::new(format!(
            "cannot read the stack {stack} in {region}: {reason}"
        ))
    })?;
    stacks
        .stacks()
        .iter()
        .flat_map(aws_sdk_cloudformation::types::Stack::outputs)
        .find(|output| output.output_key() == Some(name))
        .and_then(|output| output.output_value())
        .map(str::to_owned)
        .ok_or_else(|| {
            Failure::new(format!(
                "the stack {stack} in {region} has no output {name}: it is not one of Trailkeep's, or not deployed yet"
            ))
        })
}
