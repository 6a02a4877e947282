//! Whose credentials are used.

use aws_config::{BehaviorVersion, Region, SdkConfig};

/// The AWS identity that calls are made with: what the aws cli would use, unless told otherwise.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Caller {
    /// Uses this profile of the AWS configuration.
    #[arg(long, value_name = "NAME", help_heading = "AWS")]
    pub(crate) aws_profile: Option<String>,
    /// Calls this AWS Region and signs for it; with it requests to any address are signed.
    #[arg(long, value_name = "REGION", help_heading = "AWS")]
    pub(crate) aws_region: Option<String>,
}

impl Caller {
    /// Loads Region, endpoints and the source of credentials; credentials themselves
    /// are only asked for when a call needs them.
    pub(crate) async fn load(&self) -> SdkConfig {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12());
        if let Some(profile) = &self.aws_profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &self.aws_region {
            loader = loader.region(Region::new(region.clone()));
        }
        loader.load().await
    }
}
